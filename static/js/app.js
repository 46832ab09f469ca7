import Alpine from "@alpinejs/csp";
import htmx from "htmx.org";

import { chartsIn } from "./lazy-charts.js";
import { conditional } from "./conditional.js";
import { startConfirm } from "./confirm.js";
import { startDrawer } from "./drawer.js";
import { startDrawing } from "./drawing.js";
import { startFolds } from "./folds.js";
import { startForms } from "./forms.js";
import { startKeyboard } from "./keyboard.js";
import { bulkSelection } from "./list.js";
import { startMark } from "./mark.js";
import { startMentions } from "./mentions.js";
import { startMenus } from "./menus.js";
import { startPlacing } from "./placing.js";
import { startQuote } from "./quote.js";
import { startQuestions } from "./questions.js";
import { startTabs } from "./tabs.js";
import { startTiers } from "./tiers.js";
import { startToasts } from "./toasts.js";

Object.assign(htmx.config, {
  allowEval: false,
  includeIndicatorStyles: false,
  selfRequestsOnly: true,
  historyRestoreAsHxRequest: false,
  historyCacheSize: 0,
  defaultSwapStyle: "outerHTML",
  // Refusals come back as the form with its errors, or as a fragment that says why: show them.
  responseHandling: [
    { code: "204", swap: false },
    { code: "[23]..", swap: true },
    { code: "4(00|09|22)", swap: true, error: false },
    { code: "[45]..", swap: false, error: true },
  ],
});
window.htmx = htmx;

// Empty fields stay out of the address, so that a filter's URL says only what is filtered.
document.addEventListener("htmx:configRequest", (event) => {
  const { verb, formData, parameters, elt } = event.detail;
  if (verb !== "get" || !elt.closest("[data-clean-url]")) return;
  for (const name of new Set(formData ? formData.keys() : Object.keys(parameters))) {
    const values = formData ? formData.getAll(name) : [parameters[name]];
    if (values.every((value) => value === "")) delete parameters[name];
  }
});

startTiers();
Alpine.data("bulk", bulkSelection);
Alpine.data("conditional", conditional);
Alpine.start();

startMenus();
startDrawer();
startQuote();
startConfirm();
startForms();
startKeyboard();
startMark();
startMentions();
startPlacing();
startDrawing();
startQuestions();
startTabs();
startFolds();
startToasts();
chartsIn(document);
document.addEventListener("htmx:load", (event) => chartsIn(event.detail.elt));
