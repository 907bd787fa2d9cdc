#include "front/ui/glyph.h"

static const struct {
    const char *utf8, *ascii;
} glyphs[GLYPH_COUNT] = {
    [GLYPH_CUT] = {"…", ".."},      [GLYPH_RUNNING] = {"…", "..."}, [GLYPH_HERE] = {"▸", ">"},
    [GLYPH_MARK] = {"*", "*"},      [GLYPH_RULE] = {"─", "-"},      [GLYPH_WALL] = {"│", "|"},
    [GLYPH_TEE_DOWN] = {"┬", "+"},  [GLYPH_TEE_UP] = {"┴", "+"},    [GLYPH_TEE_RIGHT] = {"├", "+"},
    [GLYPH_IN] = {"← ", "<-"},      [GLYPH_OUT] = {"→ ", "->"},     [GLYPH_TLS_IN] = {"⇐ ", "<="},
    [GLYPH_TLS_OUT] = {"⇒ ", "=>"}, [GLYPH_EVENT] = {"··", "**"},   [GLYPH_FOLDED] = {"▸", "+"},
    [GLYPH_UNFOLDED] = {"▾", "-"},  [GLYPH_LEAF] = {" ", " "},      [GLYPH_CRUMB] = {"▸", ">"},
    [GLYPH_UP] = {"▲", "^"},        [GLYPH_DOWN] = {"▼", "v"},      [GLYPH_ABSENT] = {"—", "-"},
    [GLYPH_ISSUED] = {"← ", "<-"},  [GLYPH_DASH] = {"–", "-"},      [GLYPH_SPAN] = {"→ ", "->"},
    [GLYPH_UNASKED] = {"·", "."},   [GLYPH_BAR] = {"█", "#"},       [GLYPH_BAR_HALF] = {"▄", ":"},
};

const char *glyph(Glyph meaning, bool utf8)
{
    return utf8 ? glyphs[meaning].utf8 : glyphs[meaning].ascii;
}
