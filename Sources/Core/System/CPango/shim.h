#ifndef OBHUT_CPANGO_H
#define OBHUT_CPANGO_H
// Pango and Cairo for Swift. Pango's types are GObjects, some of which are known structures in one version and opaque in the
// next, which Swift would see as other pointer types. Here they are opaque always, so that the callers build against each.
#include <cairo-pdf.h>
#include <pango/pangocairo.h>

typedef struct cpango_fonts cpango_fonts;
typedef struct cpango_context cpango_context;
typedef struct cpango_attributes cpango_attributes;
typedef struct cpango_layout cpango_layout;

/// A font map of its own: Pango's objects belong to one thread at a time, and the default map to the thread that made it.
static inline cpango_fonts *cpango_fonts_create(void) { return (cpango_fonts *)pango_cairo_font_map_new(); }
static inline void cpango_fonts_free(cpango_fonts *fonts) { g_object_unref(fonts); }
static inline int cpango_fonts_have(cpango_fonts *fonts, const char *family) {
    return pango_font_map_get_family((PangoFontMap *)fonts, family) != NULL;
}

/// One unit is one point; glyphs stand where the outline says, not where a screen's pixels would like them.
static inline cpango_context *cpango_context_create(cpango_fonts *fonts, const char *language) {
    PangoContext *context = pango_font_map_create_context((PangoFontMap *)fonts);
    cairo_font_options_t *options = cairo_font_options_create();
    cairo_font_options_set_hint_style(options, CAIRO_HINT_STYLE_NONE);
    cairo_font_options_set_hint_metrics(options, CAIRO_HINT_METRICS_OFF);
    cairo_font_options_set_antialias(options, CAIRO_ANTIALIAS_GRAY);
    pango_cairo_context_set_font_options(context, options);
    cairo_font_options_destroy(options);
    pango_cairo_context_set_resolution(context, 72);
    pango_context_set_round_glyph_positions(context, FALSE);
    pango_context_set_language(context, pango_language_from_string(language));
    return (cpango_context *)context;
}
static inline void cpango_context_free(cpango_context *context) { g_object_unref(context); }

static inline cpango_attributes *cpango_attributes_create(void) { return (cpango_attributes *)pango_attr_list_new(); }
static inline void cpango_attributes_free(cpango_attributes *list) { pango_attr_list_unref((PangoAttrList *)list); }
/// Bytes from `start` up to `end` of the text are set in this font. `family` may be null for the layout's own.
static inline void cpango_attributes_font(
    cpango_attributes *list, unsigned start, unsigned end, const char *family, double size, int bold, int italic) {
    PangoAttribute *parts[4] = {
        family ? pango_attr_family_new(family) : NULL,
        size > 0 ? pango_attr_size_new((int)(size * PANGO_SCALE)) : NULL,
        bold ? pango_attr_weight_new(PANGO_WEIGHT_BOLD) : NULL,
        italic ? pango_attr_style_new(PANGO_STYLE_ITALIC) : NULL,
    };
    for (int i = 0; i < 4; i++) {
        if (!parts[i]) continue;
        parts[i]->start_index = start;
        parts[i]->end_index = end;
        pango_attr_list_insert((PangoAttrList *)list, parts[i]);
    }
}

/// `width` in points. Lines break between words, and within one that is wider than a line: without a hyphen, which would
/// become part of a hash that is copied.
static inline cpango_layout *cpango_layout_create(
    cpango_context *context, const char *text, int length, const char *family, double size, int bold, double width,
    cpango_attributes *attributes) {
    PangoLayout *layout = pango_layout_new((PangoContext *)context);
    PangoFontDescription *font = pango_font_description_new();
    pango_font_description_set_family(font, family);
    pango_font_description_set_absolute_size(font, size * PANGO_SCALE);
    if (bold) pango_font_description_set_weight(font, PANGO_WEIGHT_BOLD);
    pango_layout_set_font_description(layout, font);
    pango_font_description_free(font);
    PangoAttribute *hyphens = pango_attr_insert_hyphens_new(FALSE);
    pango_attr_list_insert((PangoAttrList *)attributes, hyphens);
    pango_layout_set_attributes(layout, (PangoAttrList *)attributes);
    pango_layout_set_width(layout, (int)(width * PANGO_SCALE));
    pango_layout_set_wrap(layout, PANGO_WRAP_WORD_CHAR);
    pango_layout_set_text(layout, text, length);
    return (cpango_layout *)layout;
}
static inline void cpango_layout_free(cpango_layout *layout) { g_object_unref(layout); }
static inline int cpango_layout_line_count(cpango_layout *layout) {
    return pango_layout_get_line_count((PangoLayout *)layout);
}

typedef struct { double ascent, descent, width; } cpango_line;

/// Fills `out`, which has room for `cpango_layout_line_count` lines, in points.
static inline void cpango_layout_measure(cpango_layout *layout, cpango_line *out) {
    for (GSList *at = pango_layout_get_lines_readonly((PangoLayout *)layout); at; at = at->next) {
        PangoRectangle logical;
        pango_layout_line_get_extents(at->data, NULL, &logical);
        out->ascent = -(double)logical.y / PANGO_SCALE;
        out->descent = (double)(logical.y + logical.height) / PANGO_SCALE;
        out->width = (double)logical.width / PANGO_SCALE;
        out++;
    }
}

/// Draws `count` lines from the one numbered `first`, each with its baseline at `baselines[i]`.
static inline void cpango_layout_draw(
    cairo_t *cairo, cpango_layout *layout, int first, int count, double x, const double *baselines) {
    GSList *at = g_slist_nth(pango_layout_get_lines_readonly((PangoLayout *)layout), (guint)first);
    for (int i = 0; i < count && at; i++, at = at->next) {
        cairo_move_to(cairo, x, baselines[i]);
        pango_cairo_show_layout_line(cairo, at->data);
    }
}
#endif
