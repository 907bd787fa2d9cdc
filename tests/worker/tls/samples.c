#include "tests/worker/tls/samples.h"

#include <check.h>
#include <string.h>

GByteArray *samples_hex(const char *hex)
{
    GByteArray *bytes = g_byte_array_new();
    for (; *hex; hex++) {
        if (*hex == ' ')
            continue;
        int high = g_ascii_xdigit_value(hex[0]);
        int low = g_ascii_xdigit_value(hex[1]);
        ck_assert(high >= 0 && low >= 0);
        uint8_t byte = (uint8_t)(high << 4 | low);
        g_byte_array_append(bytes, &byte, 1);
        hex++;
    }
    return bytes;
}

static void sample_free(void *data)
{
    Sample *sample = data;
    g_free(sample->handshake);
    g_free(sample->name);
    g_free(sample->bytes);
    g_free(sample);
}

GPtrArray *samples_load(void)
{
    const char *folder = g_getenv("srcdir");
    g_autofree char *path =
        g_build_filename(folder ? folder : ".", "tests/worker/tls/messages.txt", NULL);
    g_autofree char *text = NULL;
    ck_assert_msg(g_file_get_contents(path, &text, NULL, NULL), "%s", path);
    g_auto(GStrv) lines = g_strsplit(g_strstrip(text), "\n", 0);
    GPtrArray *samples = g_ptr_array_new_with_free_func(sample_free);
    for (char **line = lines; *line; line++) {
        if (**line == '#')
            continue;
        g_auto(GStrv) words = g_strsplit(*line, " ", 3);
        ck_assert_uint_eq(g_strv_length(words), 3);
        GByteArray *bytes = samples_hex(words[2]);
        Sample *sample = g_new0(Sample, 1);
        sample->handshake = g_strdup(words[0]);
        sample->name = g_strdup(words[1]);
        sample->version = (uint16_t)(0x0301 + (words[0][4] - '0'));
        sample->size = bytes->len;
        sample->bytes = g_byte_array_free(bytes, FALSE);
        g_ptr_array_add(samples, sample);
    }
    return samples;
}

const Sample *samples_find(const GPtrArray *samples, const char *handshake, const char *name)
{
    for (guint i = 0; i < samples->len; i++) {
        const Sample *sample = g_ptr_array_index(samples, i);
        if (strcmp(sample->handshake, handshake) == 0 && strcmp(sample->name, name) == 0)
            return sample;
    }
    ck_abort_msg("no sample %s %s", handshake, name);
    return NULL;
}

void samples_spoil(const Sample *sample,
                   void (*look)(const uint8_t *bytes, size_t size, bool tls13))
{
    static const uint8_t changes[] = {0xff, 0x01};
    bool tls13 = sample->version >= 0x0304;
    for (size_t size = 0; size < sample->size; size++) {
        g_autofree uint8_t *cut = g_memdup2(sample->bytes, size);
        look(cut, size, tls13);
    }
    for (size_t i = 0; i < sample->size; i++)
        for (size_t change = 0; change < sizeof changes; change++) {
            g_autofree uint8_t *other = g_memdup2(sample->bytes, sample->size);
            other[i] ^= changes[change];
            look(other, sample->size, tls13);
        }
}
