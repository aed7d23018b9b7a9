"""Literals that mean something to a function: field names, pictures, patterns, keys, time zones, encodings, ..."""

FIELDS = ("year", "month", "day", "hour", "minute", "second", "milliseconds", "microseconds", "epoch", "dow", "isodow", "doy",
    "week",
          "isoyear", "quarter", "decade", "century", "millennium", "timezone", "timezone_hour", "timezone_minute", "julian",
          "YEAR",
          "foo", "", "weeks", "yr")
ZONES = ("UTC", "America/New_York", "Europe/Berlin", "Asia/Kolkata", "+05:30", "-3", "EST", "GMT+2", "<XYZ>-4", "Nowhere", "",
         "America/St_Johns", "Australia/Lord_Howe", "pst", "Pacific/Apia")
TIME_PICTURES = (
    "YYYY-MM-DD HH24:MI:SS", "Day, DD  HH12:MI:SS", "FMDay, FMDD  HH12:MI:SS", "IYYY-IW-ID", "YYYY.MM.DD J Q W WW D DDD CC",
    "MS US FF1 FF3 FF6",
    "HH:MI am PM a.m. B.C. ad", "Month MON mon FMMonth TMMon", "TZ tz TZH:TZM OF", "SSSS SSSSS", "Y,YYY YYY YY Y", "RM rm FMRM",
    "DDth DDTH FMDDth",
    '"quoted \\" text" YYYY', "FXDD-FMMM-YYYY", "I IY IYY IDDD", "DY Dy dy", "", "plain ünï", "BC YYYY", "YYYYMMDDHH24MISSUS",
    "SP FM  DD",
)
NUMBER_PICTURES = ("9999.99", "0000.0", "FM9990.09", "S999", "999S", "MI9999", "9999PR", "L999", "9G999D99", "RN", "FMRN",
    "999th", "FM999TH", "9.99EEEE",
                   "99V99", "SG99", "PL99", "$9,999.00", "\"text\"999", "9999999999999999.999999", "", "x", "B99",
                   "FM9,999,990.009", "9.9.9",
                   "00000000000000000000", "S9.9EEEE", "rn")
PARSED_TIMES = ("2024-02-29 12:34:56", "Thursday, 29  12:34:56", "2024-09-4", "1,999", "12:34 pm", "Feb", "21 BC", "", "99",
    "2024-02-30", "20240229123456",
                "123.456", "+05:30", "XII", "2460370", "44 B.C.")
PARSED_NUMBERS = ("12.34", "-12,345.6", "<123>", "12-", "+5", "1.5e3", "MCMXCIV", "$ 1,000", "", "x", "12th", "1 2")
PATTERNS = ("b", "a.c", "(b)(c)?", "^a|c$", "[[:alpha:]]+", "\\d+", "(.)(.)", "x*", "", "(?i)HELLO", "a{2", "[", "(?:l+)(o)",
    "\\mW", "\\Bo", "(a)(?=b)", ".",
            "\\s", "[^a-c]", "***=a.c", "(?<!a)b", "\\u65e5", "(a|ab)(c|bcd)", "a**", "(b)\\1", "[[:<:]]W", "ü")
FLAGS = ("g", "i", "gi", "", "x", "n", "z", "c", "q", "m", "s", "p", "w", "e", "b")
LIKES = ("%", "a%", "_bc", "%l%", "a\\%", "", "ABC", "%日%", "\\", "___", "%\\_%", "hello%", "%%c")
SIMILARS = ("abc|xyz", "a(b|c)*", "%(b|d)%", "[a-c]+", "_{3}", "a\\%", "", "(", "[", "a#\"b#\"c", "%(l+)o%", "H%d", "\\")
SUBJECTS = ("abc", "Hello World", "foobarbequebaz", "abcabcabc", "", "日本語テキスト", "a1b22c333", "line\nbreak", "ABC", "ünï",
    "a,b,,c", "it's 100%_")
KEYS = ("a", "b", "", "z", "é", "0", "A")
INDEXES = ("0", "1", "-1", "2", "-3", "99", "2147483647", "-2147483648")
PATHS = ("{a}", "{a,b}", "{b,0}", "{b,-1}", "{}", "{a,b,c,1,d}", "{NULL}", "{2,a}", "{x,y}", "{0}", "{b,5}", "{a,NULL}")
ENCODINGS = ("hex", "base64", "escape", "HEX", "base32", "")
CHARACTER_SETS = ("UTF8", "LATIN1", "SQL_ASCII", "WIN1252", "EUC_JP", "nosuch", "utf-8", "ISO_8859_5")
FORMATS = ("%s", "%I", "%L", "%s and %s", "%2$s %1$s", "%-10s|", "%10s|", "%*s|", "%%", "%", "%5$s", "%I.%I", "%x", "%-2$*1$s",
    "", "%0$s", "%1$*2$s")
COUNTS = ("0", "1", "2", "3", "-1", "-2", "7", "100")
STRIDES = ("15 minutes", "1 day", "1 week", "0", "-1 hour", "1 month", "7 days 00:00:01", "infinity")
UNITS = ("bytes", "kB", "MB", "10 GB", "-1.5 TB", "1PB", "12", "1e3 kB", "x", "", " 5  mb ", "9999999999 PB", "1 eB")
CHARACTERS = ("97", "8364", "128512", "0", "-1", "1114112", "55296", "65")

TABLE: dict[tuple[str, int, str], tuple[str, ...]] = {}
"""(function, argument number, type) -> literals."""


def _row(names: str, number: int, types: str, literals: tuple[str, ...]) -> None:
    for name in names.split():
        for type_ in types.split():
            TABLE[name, number, type_] = literals


_row("date_part extract date_trunc", 0, "text", FIELDS)
_row("date_trunc", 2, "text", ZONES)
_row("timezone", 0, "text", ZONES)
_row("make_timestamptz", 6, "text", ZONES)
_row("date_add date_subtract", 2, "text", ZONES)
_row("generate_series", 3, "text", ZONES)
_row("date_bin", 0, "interval", STRIDES)
_row("to_date to_timestamp", 0, "text", PARSED_TIMES)
_row("to_date to_timestamp", 1, "text", TIME_PICTURES)
_row("to_number", 0, "text", PARSED_NUMBERS)
_row("to_number", 1, "text", NUMBER_PICTURES)
_row("regexp_match regexp_matches regexp_replace regexp_split_to_array regexp_split_to_table regexp_count regexp_instr "
     "regexp_like regexp_substr textregexeq textregexne texticregexeq texticregexne ~ !~ ~* !~* substring", 0, "text", SUBJECTS)
_row("regexp_match regexp_matches regexp_replace regexp_split_to_array regexp_split_to_table regexp_count regexp_instr "
     "regexp_like regexp_substr textregexeq textregexne texticregexeq texticregexne ~ !~ ~* !~* substring", 1, "text", PATTERNS)
_row("regexp_match regexp_matches regexp_split_to_array regexp_split_to_table regexp_like", 2, "text", FLAGS)
_row("regexp_replace", 2, "text", ("X", "[\\1]", "\\&\\&", "", "\\\\", "\\2-\\1", "\\"))
_row("regexp_replace regexp_count", 3, "text", FLAGS)
_row("regexp_replace", 5, "text", FLAGS)
_row("regexp_instr", 5, "text", FLAGS)
_row("regexp_substr", 4, "text", FLAGS)
_row("regexp_count regexp_instr regexp_substr", 2, "int4", ("1", "2", "0", "3", "100", "-1"))
_row("regexp_replace regexp_instr regexp_substr", 3, "int4", ("1", "2", "0", "3", "-1"))
_row("regexp_replace regexp_instr", 4, "int4", ("0", "1", "2", "-1"))
_row("regexp_instr", 6, "int4", ("0", "1", "2", "-1"))
_row("regexp_substr", 5, "int4", ("0", "1", "2", "-1"))
_row("~~ !~~ ~~* !~~* like notlike like_escape bpcharlike namelike", 1, "text", LIKES)
_row("similar_to_escape similar_escape", 0, "text", SIMILARS)
_row("similar_to_escape similar_escape like_escape", 1, "text", ("\\", "#", "", "ab", "%"))
_row("substring substr left right split_part strpos overlay", 0, "text", SUBJECTS)
_row("substring substr left right overlay split_part lpad rpad repeat", 1, "int4", COUNTS)
_row("substring substr overlay split_part", 2, "int4", (*COUNTS, "2147483647"))
_row("overlay", 3, "int4", COUNTS)
_row("split_part string_to_array string_to_table strpos", 1, "text", ("b", ",", "", "bc", "日", "l", "zz"))
_row("string_to_array string_to_table split_part", 0, "text", ("a,b,,c", "abc", "", "abcbd", "日本語", ",", "NULL,x"))
_row("string_to_array string_to_table array_to_string", 2, "text", ("", "NULL", "a", "*"))
_row("translate", 1, "text", ("abc", "lo", "", "日", "aab"))
_row("btrim ltrim rtrim", 1, "text", ("a", " ", "", "abc", "日l", "x y"))
_row("-> ->> json_extract_path jsonb_extract_path ? -", 1, "text", KEYS)
_row("-> ->> - @", 1, "int4", INDEXES)
_row("#> #>> #- jsonb_set jsonb_insert jsonb_set_lax jsonb_delete_path", 1, "_text", PATHS)
_row("jsonb_set_lax", 4, "text", ("raise_exception", "use_json_null", "delete_key", "return_target", "x"))
_row("encode", 1, "text", ENCODINGS)
_row("decode", 0, "text", ("6162", "YWJj", "a\\000b", "616", "zz", "", "YWI=", "YW Jj\n", "\\\\", "\\400"))
_row("decode", 1, "text", ENCODINGS)
_row("convert_from convert_to", 1, "name", CHARACTER_SETS)
_row("convert", 1, "name", CHARACTER_SETS)
_row("convert", 2, "name", CHARACTER_SETS)
_row("length", 1, "name", CHARACTER_SETS)
_row("format", 0, "text", FORMATS)
_row("normalize", 1, "text", ("NFC", "NFD", "NFKC", "NFKD", "nfc", "x"))
_row("is_normalized", 1, "text", ("NFC", "NFD", "NFKC", "NFKD", "nfc", "x"))
_row("unistr", 0, "text", ("d\\0061t\\+000061", "\\u0061", "\\U0001F600", "\\", "\\\\", "\\zzzz", "\\d83d\\de00", "\\d83d"))
_row("chr", 0, "int4", CHARACTERS)
_row("pg_size_bytes", 0, "text", UNITS)
_row("make_date make_timestamp make_timestamptz", 0, "int4", ("2024", "1", "-44", "0", "294276", "5874897", "294277"))
_row("make_date make_timestamp make_timestamptz", 1, "int4", ("2", "12", "13", "0", "1"))
_row("make_date make_timestamp make_timestamptz", 2, "int4", ("29", "1", "30", "0", "31"))
_row("make_timestamp make_timestamptz", 3, "int4", ("12", "0", "24", "25", "-1"))
_row("make_timestamp make_timestamptz", 4, "int4", ("30", "0", "59", "60"))
_row("make_timestamp make_timestamptz", 5, "float8", ("30.5", "0", "59.9999999", "60", "61", "NaN"))
_row("make_time", 0, "int4", ("12", "0", "24", "25"))
_row("make_time", 1, "int4", ("30", "0", "60"))
_row("make_time", 2, "float8", ("30.5", "0", "60", "59.9999999"))
_row("to_hex to_bin to_oct", 0, "int4 int8", ("0", "255", "-1", "2147483647", "-2147483648"))
_row("gcd lcm mod div", 1, "int4 int8 numeric", ("0", "4", "-6", "9", "-1"))
_row("set_bit get_bit", 1, "int4 int8", ("0", "1", "7", "8", "-1", "99"))
_row("set_byte get_byte", 1, "int4", ("0", "1", "2", "-1", "99"))
_row("set_bit", 2, "int4", ("0", "1", "2"))
_row("round trunc", 1, "int4", ("0", "1", "2", "-1", "-3", "20", "2000", "-2000"))
_row("width_bucket", 3, "int4", ("5", "1", "0", "-1", "10"))
_row("set_masklen netmask", 1, "int4", ("24", "0", "32", "33", "128", "-1", "64"))
_row("array_upper array_lower array_length array_ndims generate_subscripts", 1, "int4", ("1", "2", "0", "3", "-1"))
_row("trim_array array_sample", 1, "int4", ("0", "1", "2", "-1", "5"))
_row("parse_ident", 0, "text", ('a.b', '"A".b', 'a.', '"a"b', '', 'a b', 'A."x""y"', '1a'))
_row("quote_ident quote_literal quote_nullable", 0, "text", ("abc", "Ab", "select", "a b", "it's", "a\\b", "", "a\"b", "日本",
    "_x1", "table"))
_row("array_position array_positions array_remove array_append array_replace", 1, "text", ("a", "b", "x y", "", "NULL"))
_row("<< >>", 1, "int4", ("0", "1", "3", "31", "32", "33", "-1"))
_row("pg_input_is_valid", 0, "text", ("1", "x", "2024-01-01", "{1,2}", "", "99999999999"))
_row("pg_input_is_valid", 1, "text", ("int4", "date", "int[]", "numeric(3,1)", "varchar(1)", "nosuch", "mood", "jsonb",
    "timestamptz"))
_row("array_fill", 1, "_int4", ("{2}", "{2,3}", "{}", "{0}", "{-1}", "{NULL}"))
_row("array_fill", 2, "_int4", ("{2}", "{0,-1}", "{}", "{NULL}"))
_row("timestamp timestamptz time timetz interval numeric bit varbit bpchar varchar", 1, "int4", ("0", "3", "6"))
_row("json_populate_record jsonb_populate_record", 1, "json jsonb", ('{"a": 1, "b": "x"}', '{"a": "7"}', "{}", "null", "[1]",
    '{"b": [1, {"x": 2}]}', '{"a": "x"}'))

for _type in ("numeric", "int4", "int8", "float4", "float8"):
    TABLE[f"to_char {_type}", 1, "text"] = NUMBER_PICTURES
for _type in ("timestamp", "timestamptz", "interval"):
    TABLE[f"to_char {_type}", 1, "text"] = TIME_PICTURES


def words(function: str, number: int, type_: str) -> tuple[str, ...] | None:
    """What to choose from; None for any literals of the type."""
    return TABLE.get((function, number, type_))
