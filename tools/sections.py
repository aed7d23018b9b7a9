"""The generated parts of documents: what stands between `<!-- generated:NAME -->` and `<!-- /generated:NAME -->`."""


def with_section(document: str, name: str, made: str) -> str:
    """The document with this section made anew. Raises: ValueError if it has none of the name, or several."""
    begin, end = f"<!-- generated:{name} -->", f"<!-- /generated:{name} -->"
    if document.count(begin) != 1 or document.count(end) != 1:
        raise ValueError(f"the document has no section {begin} ... {end}, or several")
    before, rest = document.split(begin)
    return f"{before}{begin}\n{made}\n{end}{rest.split(end)[1]}"
