"""Places whose law governs contracts, as they are written in them, with their codes by ISO 3166."""

from __future__ import annotations

_STATES = (
    "AL Alabama|AK Alaska|AZ Arizona|AR Arkansas|CA California|CO Colorado|CT Connecticut|DE Delaware|FL Florida|"
    "GA Georgia|HI Hawaii|ID Idaho|IL Illinois|IN Indiana|IA Iowa|KS Kansas|KY Kentucky|LA Louisiana|ME Maine|"
    "MD Maryland|MA Massachusetts|MI Michigan|MN Minnesota|MS Mississippi|MO Missouri|MT Montana|NE Nebraska|"
    "NV Nevada|NH New Hampshire|NJ New Jersey|NM New Mexico|NY New York|NC North Carolina|ND North Dakota|OH Ohio|"
    "OK Oklahoma|OR Oregon|PA Pennsylvania|RI Rhode Island|SC South Carolina|SD South Dakota|TN Tennessee|TX Texas|"
    "UT Utah|VT Vermont|VA Virginia|WA Washington|WV West Virginia|WI Wisconsin|WY Wyoming|DC District of Columbia|"
    "PR Puerto Rico"
)
_PARTS = (
    "CA-ON Ontario|CA-QC Quebec|CA-QC Québec|CA-BC British Columbia|CA-AB Alberta|CA-NS Nova Scotia|CA-MB Manitoba|"
    "GB-ENG England|GB-ENG English|GB-SCT Scotland|GB-NIR Northern Ireland|AU-NSW New South Wales|AU-VIC Victoria"
)
_COUNTRIES = (
    "AR Argentina|AU Australia|AT Austria|AT Austrian|BE Belgium|BM Bermuda|BR Brazil|CA Canada|KY Cayman Islands|"
    "CL Chile|CN China|CN PRC|CN P.R.C.|CO Colombia|CY Cyprus|CZ Czech Republic|DK Denmark|DK Danish|EE Estonia|"
    "FI Finland|FR France|FR French|DE Germany|DE German|DE Federal Republic of Germany|GR Greece|HK Hong Kong|"
    "HU Hungary|IS Iceland|IN India|ID Indonesia|IE Ireland|IE Irish|IL Israel|IT Italy|IT Italian|JP Japan|"
    "KR Korea|KR Republic of Korea|LI Liechtenstein|LU Luxembourg|MY Malaysia|MT Malta|MX Mexico|NL Netherlands|"
    "NL Dutch|NZ New Zealand|NO Norway|PA Panama|PE Peru|PH Philippines|PL Poland|PT Portugal|RO Romania|RU Russia|"
    "RU Russian Federation|SA Saudi Arabia|SG Singapore|ZA South Africa|ES Spain|ES Spanish|SE Sweden|SE Swedish|"
    "CH Switzerland|CH Swiss|TW Taiwan|TH Thailand|TR Turkey|AE United Arab Emirates|GB United Kingdom|"
    "US United States|VN Vietnam|VG British Virgin Islands"
)


def _pairs(listed: str, prefix: str = "") -> dict[str, str]:
    pairs = (each.partition(" ") for each in listed.split("|"))
    return {name.casefold(): f"{prefix}{code}" for code, _blank, name in pairs}


PLACES = {**_pairs(_COUNTRIES), **_pairs(_PARTS), **_pairs(_STATES, "US-")}
