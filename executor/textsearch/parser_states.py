"""The states of the default text search parser, as a table.

A rule is `test action [state] [= TOKEN] [! hook]`. Of a state's rules the first whose test holds for the character here
is followed. Tests: `end` of the text, `any`, characters in brackets `[.-]`, or a name of `CLASSES` or `PROBES`. Actions:

    go STATE      take the character, go to a state (none: stay)
    try STATE     the same, but remember this place
    back          return to the place remembered last, and go on there with the rules behind its `try`
    sure STATE    go, and forget the place remembered last
    join          return, but keep the character taken
    found STATE   a token ends before this character; the next one begins in the state (none: base)
    found1 STATE  the same, and forget the place remembered last
    found* STATE  the same, and forget all places
    again STATE   look at this character in another state

A guess at something longer (a host, a file, a hyphenated word) is a `try`; if it fails, the shorter token stands.
"""

STATES = {
    "base": """
        end go
        [<] try tag_first
        ignored go space
        letter go ascii_word
        alpha go word
        digit go unsigned
        [-+] try signed_first
        [&] try entity_first
        [~] try file_home
        [/] try file_first
        [.] try path_dot
        any go space""",
    # Words
    "ascii_word": """
        end found = asciiword
        letter go
        [.] try host_label
        [.] try file_next
        [-] try host_inner
        [-] try hyphen_ascii_first
        [_] try host_inner
        [@] try email
        [:] try protocol_first
        [/] try file_first
        digit try host
        digit go number_word
        alpha go word
        any found = asciiword""",
    "word": """
        end found = word
        alpha go
        digit go number_word
        [-] try hyphen_word_first
        any found = word""",
    "number_word": """
        end found = numword
        alnum go
        [@] try email
        [/] try file_first
        [.] try file_next
        [-] try hyphen_number_first
        any found = numword""",
    "space": """
        end found = blank
        [<] found = blank
        ignored go
        [-+&/] found = blank
        other go
        any found = blank""",
    # Numbers
    "unsigned": """
        end found = uint
        digit go
        [.] try host_label
        [.] try unsigned_fraction
        [eE] try exponent_first
        [-_] try host_inner
        [@] try email
        letter try host
        alpha go number_word
        [/] try file_first
        any found = uint""",
    "signed_first": "end back; digit sure signed; any back",
    "signed": """
        end found = int
        digit go
        [.] try signed_fraction
        [eE] try exponent_first
        any found = int""",
    "unsigned_fraction": "end back; digit sure unsigned_decimal; any back",
    "unsigned_decimal": """
        end found = float
        digit go
        [.] try version_first
        [eE] try exponent_first
        any found = float""",
    "signed_fraction": "end back; digit sure signed_decimal; any back",
    "signed_decimal": """
        end found = float
        digit go
        [eE] try exponent_first
        [.] try signed_version
        any found = float""",
    # -1.2.3: versions have no sign, so it is a token of its own
    "signed_version": "end back; digit again sign_alone ! restart; any back",
    "sign_alone": "end back; digit found* unsigned = blank; any go",
    "version_first": "end back; digit sure version; any back",
    "version": "end found = version; digit go; [.] try version_first; any found = version",
    "exponent_first": "end back; digit sure exponent; [+-] go exponent_sign; any back",
    "exponent_sign": "end back; digit sure exponent; any back",
    "exponent": "end found = sfloat; digit go; any found = sfloat",
    # &entity; &#10; &#x0a;
    "entity_first": "end back; [#] go entity_code; letter go entity; [:_] go entity; any back",
    "entity": "end back; alnum go; [:_.-] go; [;] go entity_end; any back",
    "entity_code": "end back; [xX] go entity_hex_first; digit go entity_decimal; any back",
    "entity_decimal": "end back; digit go; [;] go entity_end; any back",
    "entity_hex_first": "end back; hex go entity_hex; any back",
    "entity_hex": "end back; hex go; [;] go entity_end; any back",
    "entity_end": "any found1 = entity",
    # <tag attribute="value"> </tag> <!-- comment --> <?xml ...>
    "tag_first": """
        end back
        [/] try tag_close_first
        [!] try comment_first
        [?] try xml_first
        letter try tag_name
        [:_] try tag_name
        any back""",
    "xml_first": "end back; [x] go tag; any back",
    "tag_close_first": "end back; letter go tag_name; any back",
    "tag_name": """
        end back
        [/] go tag_empty
        [>] go tag_end ! script
        space go tag ! script
        alnum go
        [:_.-] go
        any back""",
    "tag_empty": "end back; [>] go tag_end; any back",
    "tag": """
        end back
        [>] go tag_end ! script
        ['] go tag_quoted
        ["] go tag_double_quoted
        letter go
        digit go
        [=-_#/:.&?%~] go
        space go ! script
        any back""",
    "tag_quoted": "end back; [\\] try tag_escaped; ['] go tag; any go",
    "tag_double_quoted": "end back; [\\] try tag_escaped; [\"] go tag; any go",
    "tag_escaped": "end back; any join",
    "tag_end": "any found* = tag",
    "comment_first": "end back; [-] go comment_second; [Dd] go tag; any back",
    "comment_second": "end back; [-] go comment; any back",
    "comment": "end back; [-] go comment_dash; any go",
    "comment_dash": "end back; [-] go comment_dashes; any go comment",
    "comment_dashes": "end back; [-] go; [>] go comment_end; any go comment",
    "comment_end": "any found* = tag",
    # host.example.com:80/path and name@host
    "host_label": "end back; letter go host_second; digit go host; any back",
    "host_second": """
        end back
        letter go host_domain
        digit try host
        [-_] try host_inner
        [.] try host_label
        [@] try email
        any back""",
    "host_domain": """
        end found* = host
        letter go
        digit try host
        [:] try port_first
        [-_] try host_inner
        [.] try host_label
        [@] try email
        digit back
        host_wanted found* url_path_start = host
        [/] try url
        any found* = host""",
    "port_first": "end back; digit go port; any back",
    "port": """
        end found* = host
        digit go
        host_wanted found* url_path_start = host
        [/] try url
        any found* = host""",
    "host_inner": "end back; digit go host; letter go host; any back",
    "host": """
        end back
        digit go
        letter go
        [@] try email
        [.] try host_label
        [-_] try host_inner
        any back""",
    "email": "end back; host_wanted back; a_host found* = email; any back",
    "url": "end back; a_path found* = url ! url; any back",
    "url_path_first": "end back; url_character go url_path; any back",
    "url_path_start": "any go url_path",
    "url_path": "end found = url_path; url_character go; any found = url_path",
    "protocol_first": "end back; [/] go protocol_second; any back",
    "protocol_second": "end back; [/] go protocol_end; any back",
    "protocol_end": "any found* = protocol",
    # Files
    "file_first": "end back; letter go file; digit go file; [.] go path_first; [_] go file; [~] go file_home; any back",
    "file_home": "end back; letter go file; digit go file; [_] go file; [/] go file_first; any back",
    "path_first": """
        end back
        letter go file
        digit go file
        [_] go file
        [.] go path_second
        [/] go file_first
        any back""",
    "path_dot": "end back; [.] go path_second; [/] go file_first; any back",
    "path_second": """
        end found1 = file
        [/] try file_first
        [/] found1 = file
        space found1 = file
        any back""",
    "file": """
        end found = file
        letter go
        digit go
        [.] try file_next
        [_-] go
        [/] try file_first
        any found = file""",
    "file_next": "end back; letter sure file; digit sure file; [_] sure file; any back",
    # hyphenated-words: first the whole, then from its beginning the parts
    "hyphen_ascii_first": "end back; letter go hyphen_ascii; alpha go hyphen_word; digit go hyphen_digits; any back",
    "hyphen_ascii": """
        end found* hyphenated = asciihword ! parts
        letter go
        alpha go hyphen_word
        digit go hyphen_number
        [-] try hyphen_ascii_first
        any found* hyphenated = asciihword ! parts""",
    "hyphen_word_first": "end back; alpha go hyphen_word; digit go hyphen_digits; any back",
    "hyphen_word": """
        end found* hyphenated = hword ! parts
        alpha go
        digit go hyphen_number
        [-] try hyphen_word_first
        any found* hyphenated = hword ! parts""",
    "hyphen_number_first": "end back; alpha go hyphen_number; digit go hyphen_digits; any back",
    "hyphen_number": """
        end found* hyphenated = numhword ! parts
        alnum go
        [-] try hyphen_number_first
        any found* hyphenated = numhword ! parts""",
    "hyphen_digits": "end back; digit go; alpha go hyphen_number; any back",
    "hyphenated": """
        end again base
        letter go part_ascii
        alpha go part_word
        digit try part_digits
        [-] try part_hyphen
        any again base""",
    "part_hyphen": "end back; alnum found1 hyphenated = blank; any back",
    "part_word": "end found = hword_part; alpha go; digit go part_number; any found hyphenated = hword_part",
    "part_ascii": """
        end found = hword_asciipart
        letter go
        alpha go part_word
        digit go part_number
        any found hyphenated = hword_asciipart""",
    "part_number": "end found = hword_numpart; alnum go; any found hyphenated = hword_numpart",
    "part_digits": "end back; digit go; alpha sure part_number; any back",
}
