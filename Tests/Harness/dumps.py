"""Searches everything that Obhut keeps for what must stand nowhere in the clear, and for what must not stand in another region.

    dumps.py                                   starts an installation of its own, with four tenants who talk with their customers
    dumps.py --ready-file .obhut/ready.json WORD …   searches a running `make run` for words that were, say, written from a handset

Searched are the dumps of every database, the files of the regions, every log from its first line, and the files of PostgreSQL itself, the
write-ahead log included. A text is looked for as it is, in UTF-16, in hex and in Base64 at any offset; in PostgreSQL's own files, where
values stand as they are, as it is. Exit code 1 when anything is found where it must not be, or not found where it must.
"""

import argparse
import collections
import json
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "Acceptance"))
from obhut import Instance  # noqa: E402
from search import cluster_files, converse, dumps, identifiers, logs, personal, region_files, secrets, spellings  # noqa: E402

# One look for one text in one place. `expected`: whether it has to be there.
Search = collections.namedtuple("Search", "what text place found expected")
CLUSTER = "PostgreSQL's files"


class Running(Instance):
    """An `obhut dev` that somebody else started."""

    def __init__(self, ready_file):
        self.ready = json.loads(pathlib.Path(ready_file).read_text())
        self.folder = pathlib.Path(self.ready["data_dir"])


def places(instance):
    """Where to look, by name; databases first."""
    return {**dumps(instance), **{f"files of {name}": files for name, files in region_files(instance).items()}, **logs(instance)}


def looks(wanted, contents, cluster):
    """Looks for each (what, text, the places where it has to be, the places to search) of `wanted`."""
    for what, text, required, searched in wanted:
        for place in searched:
            found = text in cluster if place == CLUSTER else any(one in contents[place] for one in spellings(text))
            yield Search(what, text, place, found, place in required)


def in_cluster(instance, texts):
    """Those of the texts that stand in PostgreSQL's own files. One pass over the files, which are large."""
    found = set()
    for content in cluster_files(instance):
        found |= {text for text in texts - found if text.encode() in content}
    return found


def wanted_of(facts, contents, regions):
    """What to look for on account of one conversation, and where it has to be: at home, or nowhere."""
    home = facts["tenant"].region
    everywhere = [*contents, CLUSTER]
    for what, text in {**personal(facts), **secrets(facts)}.items():
        yield what, text, set(), everywhere
    databases = ["control", *regions]
    for what, text in identifiers(facts).items():
        yield what, text, {home}, databases
    yield "tenant id", facts["tenant"].id, {"control", home}, databases
    yield "tenant's number id", facts["tenant"].number, {"control", home, CLUSTER}, [*databases, CLUSTER]


def run(binary=None):
    """Every search of an installation of its own."""
    instance = Instance(binary=binary)
    try:
        instance.start()
        tenants = instance.tenants + [instance.new_tenant("eu-central"), instance.new_tenant("eu-north")]
        talks = [converse(tenant) for tenant in tenants]
        contents = places(instance)
        wanted = [one for facts in talks for one in wanted_of(facts, contents, instance.ready["postgres"]["regions"])]
        searched = in_cluster(instance, {text for _, text, _, places in wanted if CLUSTER in places})
        return list(looks(wanted, contents, searched))
    finally:
        instance.remove()


def run_for_words(ready_file, words):
    instance = Running(ready_file)
    contents = places(instance)
    return list(looks([(word, word, set(), [*contents, CLUSTER]) for word in words], contents, in_cluster(instance, set(words))))


def table(searches):
    """For each kind of value and each place, how many were found."""
    kinds = list(dict.fromkeys(search.what for search in searches))
    columns = list(dict.fromkeys(search.place for search in searches))
    lines = [" " * 26 + "  ".join(columns)]
    for kind in kinds:
        cells = []
        for column in columns:
            found = [search.found for search in searches if (search.what, search.place) == (kind, column)]
            cells.append((f"{sum(found)} of {len(found)}" if found else "").rjust(len(column)))
        lines.append((f"{kind:26}" + "  ".join(cells)).rstrip())
    return "\n".join(lines)


def wrong(searches):
    return [f"{search.what}: {'found' if search.found else 'not found'} in {search.place}" for search in searches
            if search.found != search.expected]


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("words", nargs="*")
    options.add_argument("--ready-file")
    options.add_argument("--binary")
    chosen = options.parse_args()
    if bool(chosen.words) != bool(chosen.ready_file):
        options.error("words and --ready-file belong together")
    searches = run_for_words(chosen.ready_file, chosen.words) if chosen.words else run(chosen.binary)
    print(table(searches))
    print(f"{len(searches)} searches")
    if wrong(searches):
        sys.exit("failed: " + "\n        ".join(wrong(searches)))


if __name__ == "__main__":
    main()
