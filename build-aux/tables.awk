# tables.awk: writes the C tables of src/common/registry and src/common/target from data/*.tsv.
#
#   LC_ALL=C awk -v header=common/registry/tables.h -f tables.awk data/oids.tsv ... > tables.c
#
# POSIX awk. A file makes the table that bears its name, declared in the header. Its rows are sorted by
# their key, so that look-ups can halve; two rows with one key are an error. In the data a line that
# begins with # is a comment, columns are separated by tabs, and "-" is an empty column.
# Sentences to be translated stand in N_(), behind a #line that leads xgettext to their row.

# A table: the C type, how many first columns make the key, and what the columns hold, one letter
# each: s text, t text to be translated, n number (decimal or 0x), b yes or "-", "." nothing for C.
# Rows of reasons.tsv go to one of two tables, by their first column.
function declare(name, type, keys, columns)
{
    type_of[name] = type
    keys_of[name] = keys
    columns_of[name] = columns
    order[++tables] = name
}

BEGIN {
    FS = "\t"
    declare("codes", "Code", 2, "snss")
    declare("ct_logs", "CtLog", 1, "sssssssss")
    declare("distrust", "Distrust", 2, "ssssss")
    declare("extensions", "ExtensionInfo", 1, "nsss")
    declare("fields", "About", 1, "sst")
    declare("groups", "Group", 1, "nsssn")
    declare("lecas", "LeCa", 1, "sss")
    declare("lecertificates", "LeCertificate", 1, "sss")
    declare("oids", "Oid", 1, "ssss")
    declare("ports", "CataloguePort", 1, "nsssssbbsnstt")
    declare("primes", "Prime", 1, "ss")
    declare("reason", "Reason", 2, ".ssst")
    declare("result", "Result", 2, ".s.tt")
    declare("schemes", "Scheme", 1, "nssssb")
    declare("ssl2", "CipherSuite", 1, "nsssssnssbbnn")
    declare("stacks", "StackRow", 2, "sss")
    declare("suites", "CipherSuite", 1, "nsssssnssbbnn")
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

function row_key(columns,    i, key)
{
    key = key_part($1, substr(columns, 1, 1))
    for (i = 2; i <= keys_of[table]; i++)
        key = key "\t" key_part($i, substr(columns, i, 1))
    return key
}

function row_of(columns,    i, kind, text)
{
    text = ""
    for (i = 1; i <= NF; i++) {
        kind = substr(columns, i, 1)
        if (kind != ".")
            text = text (text == "" ? "" : ", ") cell($i, kind)
    }
    return "{" text "},"
}

# Shell's sort of key[table, 1..n], and of row[] with it.
function sort(table, n,    gap, i, j, moved_key, moved_row, moved_line)
{
    for (gap = int(n / 2); gap > 0; gap = int(gap / 2))
        for (i = gap + 1; i <= n; i++) {
            moved_key = key[table, i]
            moved_row = row[table, i]
            moved_line = line[table, i]
            for (j = i; j > gap && key[table, j - gap] > moved_key; j -= gap) {
                key[table, j] = key[table, j - gap]
                row[table, j] = row[table, j - gap]
                line[table, j] = line[table, j - gap]
            }
            key[table, j] = moved_key
            row[table, j] = moved_row
            line[table, j] = moved_line
        }
}

function write(table,    i)
{
    sort(table, count[table])
    printf "\nconst %s table_%s[] = {\n", type_of[table], table
    for (i = 1; i <= count[table]; i++) {
        if (i > 1 && key[table, i] == key[table, i - 1]) {
            printf "data: twice in %s: %s\n", table, key[table, i] > "/dev/stderr"
            exit 1
        }
        printf "%s    %s\n", line[table, i], row[table, i]
    }
    printf "};\nconst size_t table_%s_size = %d;\n", table, count[table]
}

FNR == 1 {
    file = FILENAME
    sub(/.*\//, "", file)
    sub(/\.tsv$/, "", file)
    gsub(/-/, "_", file)
}

/^#/ || /^$/ {
    next
}

{
    table = file == "reasons" ? $1 : file
    if (!(table in columns_of))
        fail("no table " table " is declared in tables.awk")
    columns = columns_of[table]
    if (NF != length(columns))
        fail(NF " columns where " length(columns) " are wanted")
    n = ++count[table]
    key[table, n] = row_key(columns) ""
    row[table, n] = row_of(columns)
    if (columns ~ /t/)
        line[table, n] = "#line " FNR " \"" FILENAME "\"\n"
}

END {
    for (i = 1; i <= tables && !failed; i++)
        if (count[order[i]])
            write(order[i])
}
