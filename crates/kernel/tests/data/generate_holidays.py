#!/usr/bin/env python3
"""Writes holidays.tsv beside itself: what the PyPI package `holidays` says of 2020 to 2035.

    python3 -m venv VENV
    VENV/bin/pip install holidays==0.109
    VENV/bin/python generate_holidays.py

Only the category "public" is asked for, so days that are merely observed are left out; days that make up for a holiday
on a weekend are in. A line is a region, a year, and its days as MMDD.
"""
import pathlib

import holidays

YEARS = range(2020, 2036)
CANTONS = "AG AI AR BE BL BS FR GE GL GR JU LU NE NW OW SG SH SO SZ TG TI UR VD VS ZG ZH"
LAENDER = "BB BE BW BY HB HE HH MV NI NW RP SH SL SN ST TH"
# Region here: country and subdivision there.
REGIONS = {code: (code, None) for code in "AT BE CH DE ES FR GB IE IT LU NL PL US".split()}
REGIONS |= {f"CH-{canton}": ("CH", canton) for canton in CANTONS.split()}
REGIONS |= {f"DE-{land}": ("DE", land) for land in LAENDER.split()}
REGIONS |= {f"GB-{nation}": ("GB", nation) for nation in "ENG NIR SCT WLS".split()}
REGIONS |= {"DE-BY-Augsburg": ("DE", "Augsburg"), "IT-BZ": ("IT", "BZ")}
REGIONS |= {"FR-57": ("FR", "57"), "FR-6AE": ("FR", "6AE")}

lines = [f"# holidays {holidays.__version__}, category public"]
# New Year of the next year may be kept on the last day of this one: ask for both and look at this one.
whole = {}
for region, (country, subdivision) in REGIONS.items():
    days = holidays.country_holidays(
        country, subdiv=subdivision, years=range(2019, 2038), categories=("public",)
    )
    for day in days:
        whole.setdefault((region, day.year), set()).add(f"{day:%m%d}")
lines += [
    f"{region}\t{year}\t{' '.join(sorted(whole[region, year]))}" for region in sorted(REGIONS) for year in YEARS
]
pathlib.Path(__file__).with_name("holidays.tsv").write_text("\n".join(lines) + "\n")
