"""Records what PostgreSQL 18 makes of made-up texts, queries and vectors into goldens.json. Run by hand:

    python -m tests.executor.textsearch.record_goldens "host=127.0.0.1 port=5518 user=postgres dbname=..."

The database must have locale provider builtin, locale C.UTF-8, LC_CTYPE C. The samples are made by a random generator
with a fixed seed; `python -m ... DSN --compare SEED COUNT` runs as many others through PostgreSQL and pgquill instead, and prints
where they differ.
"""

import json
import random
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg

from tests.executor.textsearch import answers

OUTPUT = Path(__file__).with_name("goldens.json")
COUNT = 150

PIECES = ["a", "b1", "foo", "Bar", "12", "3.4", "-", "-", "_", ".", ".", "/", "/", "@", ":", "&", ";", "#", "<", ">", " ", " ",
          "é", "日", "e", "E", "+", "~", "!", "?", "x", "http://", "www.ex.com", "a@b.co", "'", '"', "\\", "=", "%", "<a ",
          "</b>", "&amp;", "\n", "1e5", "com", "<!--", "-->", "<script>", "</script>", "|", "{", "(", ",", "D"]
QUERY_PIECES = ["a", "the", "cat", "Rats", "running", "of", "foo-bar", "is", " ", " ", " ", " & ", " | ", " <-> ", " <2> ", "!",
                "-", " or ", "OR", '"', "(", ")", "'", ":", "*", ":A", "\\", "<->", "1.5", "é", "_", " and ", "a@b.co",
                " <", "or"]
WORDS = ["cat", "cats", "rat", "dog", "the", "of", "sat", "running", "a", "mat", "on", "foo-bar", "1.5", "<b>", "x@y.com",
         "http://ex.org/path", "house", "blue", "catalog", "&amp;", "12", "it", "green", ".", ","]
STEMS = ["cat", "rat", "dog", "run", "mat", "foo-bar", "foo", "hous", "cat:*", "blue"]
LETTERS = ["a", "b", "c", "ab", "d"]
HARD_WORDS = ["'a'", "'a b'", "'''a'''", "' ''a'' '", "'a'':1'", "'a\\\\'", "'b ''a'", "'a'' '", "':'", "' '", "a"]
"""Quoted words that look like several, or like places."""
OPTIONS = ["", "MaxWords=5, MinWords=2", "MaxFragments=2", "MaxFragments=3,MaxWords=6,MinWords=1", "HighlightAll=true",
           "MaxWords=10,MinWords=9,ShortWord=0", "MaxWords=3,MinWords=1,ShortWord=5",
           "StartSel=[[, StopSel=\"]]\", MaxFragments=5, MaxWords=4, MinWords=3, FragmentDelimiter=' || '"]
TEXTS = [
    "", "1.2.3-4 -1.2.3", "foo—bar Été 日本-語", "www.example.com/ http://example.com/foo?bar#x 'x' a.b@c.de:80/x",
    "../a ./b ~/c ~d /e.f /~g/h .../ .. . /..", "&amp; &#10; &#x0a; & amp; &amp", "foo-bär-12-x3 1-2-3 a-1b-2c a--b a-- --a",
    "<br/> <br /> <!-- c --> <!DOCTYPE html> <?xml version=\"1.0\"?> </a> <a b='c\\'d'> <a 'e\\\\", "ex-PM's U.S.A. it's",
    "<script>if (a<b) x</script> text <style type='a'>q</style> z", "-12 +3.5e10 -1e5 1e5 1.5.6.7 1. 5.e3 5.5.5e3",
]
FORMS = ("to_tsquery", "plainto_tsquery", "phraseto_tsquery", "websearch_to_tsquery")


class Maker:
    """Makes samples."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)

    def joined(self, pieces: list[str], most: int, between: str = "") -> str:
        return between.join(self.random.choice(pieces) for _ in range(self.random.randint(0, most)))

    def vector(self) -> str:
        parts = []
        for word in LETTERS:
            if self.random.random() < 0.6:
                places = [f"{self.random.randint(1, 8)}{self.random.choice(['', '', 'A', 'B', 'C'])}"
                          for _ in range(self.random.randint(1, 3))]
                parts.append(f"{word}:{','.join(places)}" if self.random.random() < 0.85 else word)
        return " ".join(parts)

    def query(self, depth: int, words: list[str], operators: tuple[str, ...], modifiers: tuple[str, ...] = ("",)) -> str:
        if depth == 0 or self.random.random() < 0.2:
            return self.random.choice(words) + self.random.choice(modifiers)
        if self.random.random() < 0.2:
            return f"!({self.query(depth - 1, words, operators, modifiers)})"
        sides = [self.query(depth - 1, words, operators, modifiers) for _ in range(2)]
        return f"({sides[0]} {self.random.choice(operators)} {sides[1]})"

    def letters_query(self) -> str:
        return self.query(self.random.randint(0, 3), LETTERS, ("&", "|", "<->", "<2>", "<0>", "<3>"), ("", "", ":*", ":A", ":BC"))

    def samples(self, count: int) -> dict[str, list[list[Any]]]:
        """Arguments for each function of `answers`."""
        choice = self.random.choice
        plain = ("&", "&", "|", "<->")
        return {
            "tokens": [[self.joined(PIECES, 12)] for _ in range(count)],
            "query": [[choice(FORMS), choice(("english", "simple")), self.joined(QUERY_PIECES, 10)] for _ in range(count)],
            "vector": [[choice(("english", "simple")), self.joined(WORDS, 30, " ")] for _ in range(count // 3)],
            "matches": [[self.vector(), self.letters_query()] for _ in range(count)],
            "contains": [[" ".join(choice(HARD_WORDS) + choice(("", ":1", ":2A,3")) for _ in range(self.random.randint(0, 5))),
                          choice(HARD_WORDS) + choice(("", ":*", ":A", ":*A"))] for _ in range(count)],
            "rank": [[self.vector(), self.query(self.random.randint(0, 2), LETTERS, ("&", "|", "<->"), ("", ":A")),
                      choice((0, 1, 2, 4, 8, 16, 32, 63))] for _ in range(count)],
            "rewrite": [[self.query(4, LETTERS[:3], plain), self.query(choice((0, 1, 2)), LETTERS[:3], plain),
                         choice((self.query(1, LETTERS[:3], plain), ""))] for _ in range(count)],
            "headline": [[self.joined(WORDS, 60, " "), self.query(self.random.randint(0, 3), STEMS, ("&", "|", "<->", "<2>")),
                          choice(OPTIONS)] for _ in range(count)],
        }


SQL = {
    "tokens": "SELECT json_agg(array[tokid::text, token]) FROM ts_parse('default', $1::text)",
    "query": "SELECT to_json(CASE $1 WHEN 'to_tsquery' THEN to_tsquery($2::regconfig, $3) WHEN 'plainto_tsquery' THEN "
             "plainto_tsquery($2::regconfig, $3) WHEN 'phraseto_tsquery' THEN phraseto_tsquery($2::regconfig, $3) ELSE "
             "websearch_to_tsquery($2::regconfig, $3) END)",
    "vector": "SELECT to_json(to_tsvector($1::regconfig, $2::text))",
    "matches": "SELECT to_json($1::tsvector @@ $2::tsquery)",
    "contains": "SELECT to_json($1::tsvector @@ $2::tsquery)",
    "rank": "SELECT json_build_array(ts_rank($1::tsvector, $2::tsquery, $3), ts_rank_cd($1::tsvector, $2::tsquery, $3))",
    "rewrite": "SELECT json_build_array(ts_rewrite($1::tsquery, $2::tsquery, $3::tsquery), querytree($1::tsquery), "
               "numnode($1::tsquery))",
    "headline": "SELECT to_json(ts_headline('english', $1::text, $2::tsquery, $3::text))",
    "stem": "SELECT to_json((ts_lexize(($1::text || '_stem')::regdictionary, $2::text))[1])",
}


class Recorder:
    def __init__(self, dsn: str) -> None:
        self.link = psycopg.connect(dsn, autocommit=True).pgconn

    def answer(self, kind: str, arguments: list[Any]) -> Any:
        result = self.link.exec_params(SQL[kind].encode(), [str(argument).encode() for argument in arguments])
        if result.status != psycopg.pq.ExecStatus.TUPLES_OK:
            return {"error": (result.error_field(psycopg.pq.DiagnosticField.SQLSTATE) or b"").decode()}
        value = result.get_value(0, 0)
        return None if value is None else json.loads(value)


def record(recorder: Recorder) -> None:
    """Write goldens.json anew; the words in its stems stay."""
    samples = Maker(1).samples(COUNT)
    samples["tokens"] = [[text] for text in TEXTS] + samples["tokens"]
    samples["stem"] = [arguments for kind, arguments, _ in json.loads(OUTPUT.read_text()) if kind == "stem"]
    lines = [json.dumps([kind, arguments, recorder.answer(kind, arguments)], ensure_ascii=False)
             for kind, rows in samples.items() for arguments in rows]
    OUTPUT.write_text("[\n" + ",\n".join(lines) + "\n]\n")


def compare(recorder: Recorder, seed: int, count: int) -> None:
    """Print the samples that the two answer differently."""
    found: dict[str, Callable[..., Any]] = answers.ANSWERS
    for kind, rows in Maker(seed).samples(count).items():
        triples = [(arguments, recorder.answer(kind, arguments), answers.answer(found[kind], arguments)) for arguments in rows]
        wrong = [triple for triple in triples if not answers.same(triple[2], triple[1])]
        print(f"{kind}: {len(rows)} samples, {len(wrong)} different")
        for row in wrong[:5]:
            print("   ", *row, sep="\n    ")


if __name__ == "__main__":
    if "--compare" in sys.argv:
        compare(Recorder(sys.argv[1]), int(sys.argv[3]), int(sys.argv[4]))
    else:
        record(Recorder(sys.argv[1]))
