# tables.awk: writes the C tables of src/common/registry and src/common/target from data/*.tsv.
#
#   LC_ALL=C awk -v header=common/registry/tables.h -f tables.awk data/oids.tsv ... > tables.c
#
# POSIX awk. A file makes the table that bears its name, declared in the header. Its rows are sorted by
# their key, so that look-ups can halve; two rows with one key are an error. In the data a line that
# begins with # is a comment, columns are separated by tabs, and "-" is an empty column.

# A table: the C type, how many first columns make the key, and what the columns hold, one letter
# each: s text, t text to be translated, n number (decimal or 0x), b yes or "-".
function declare(file, type, keys, columns)
{
    type_of[file] = type
    keys_of[file] = keys
    columns_of[file] = columns
}

BEGIN {
    FS = "\t"
    declare("oids", "Oid", 1, "ssss")
    declare("ports", "CataloguePort", 1, "nsssssbbsnstt")
    print "/* Written by build-aux/tables.awk from data/: do not edit. */"
    print "#include \"" header "\""
    print ""
    print "#define N_(text) text"
}

function fail(what)
{
    printf "%s:%d: %s\n", FILENAME, FNR, what > "/dev/stderr"
    failed = 1
    exit 1
}

function number(text,    i, value)
{
    if (text !~ /^0x/)
        return text + 0
    value = 0
    for (i = 3; i <= length(text); i++)
        value = value * 16 + index("0123456789abcdef", tolower(substr(text, i, 1))) - 1
    return value
}

function quoted(text)
{
    gsub(/\\/, "\\\\", text)
    gsub(/"/, "\\\"", text)
    return "\"" text "\""
}

function cell(text, kind)
{
    if (kind == "n") {
        if (text !~ /^(0x[0-9a-fA-F]+|[0-9]+|-)$/)
            fail("not a number: " text)
        return text == "-" ? "0" : text
    }
    if (kind == "b") {
        if (text != "yes" && text != "-")
            fail("neither yes nor -: " text)
        return text == "yes" ? "true" : "false"
    }
    if (text == "-")
        return "NULL"
    return kind == "t" ? "N_(" quoted(text) ")" : quoted(text)
}

# The key as text that sorts rightly.
function key_part(text, kind)
{
    return kind == "n" ? sprintf("%010d", number(text)) : text
}

function row_key(    i, key)
{
    key = key_part($1, substr(columns, 1, 1))
    for (i = 2; i <= keys; i++)
        key = key "\t" key_part($i, substr(columns, i, 1))
    return key
}

# Shell's sort of key[1..count], and row[] with it.
function sort(    gap, i, j, moved_key, moved_row)
{
    for (gap = int(count / 2); gap > 0; gap = int(gap / 2))
        for (i = gap + 1; i <= count; i++) {
            moved_key = key[i]
            moved_row = row[i]
            for (j = i; j > gap && key[j - gap] > moved_key; j -= gap) {
                key[j] = key[j - gap]
                row[j] = row[j - gap]
            }
            key[j] = moved_key
            row[j] = moved_row
        }
}

function finish(    i)
{
    if (!table)
        return
    sort()
    printf "\nconst %s table_%s[] = {\n", type_of[table], table
    for (i = 1; i <= count; i++) {
        if (i > 1 && key[i] == key[i - 1]) {
            printf "data/%s.tsv: twice: %s\n", table, key[i] > "/dev/stderr"
            failed = 1
            exit 1
        }
        print "    " row[i]
    }
    printf "};\nconst size_t table_%s_size = %d;\n", table, count
}

FNR == 1 {
    finish()
    table = FILENAME
    sub(/.*\//, "", table)
    sub(/\.tsv$/, "", table)
    if (!(table in columns_of))
        fail("no such table is declared in tables.awk")
    columns = columns_of[table]
    keys = keys_of[table]
    count = 0
}

/^#/ || /^$/ {
    next
}

{
    if (NF != length(columns))
        fail(NF " columns where " length(columns) " are wanted")
    count++
    key[count] = row_key() ""
    row[count] = "{" cell($1, substr(columns, 1, 1))
    for (i = 2; i <= NF; i++)
        row[count] = row[count] ", " cell($i, substr(columns, i, 1))
    row[count] = row[count] "},"
}

END {
    if (!failed)
        finish()
}
