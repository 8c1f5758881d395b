/* figure_json - figures as JSON: for `run --json` and the JSON export.
 *
 *     every kind  {"kind","title","note","simulated", ...}    note, simulated: null for none
 *     listing     "lines":[{"line","source","runs","queries","rows","elapsed_ns"}]
 *     trace       "entries":[{"depth","shape","label","detail","elapsed_ns"}]   in, out or point
 *     bars        "unit","bars":[{"label","value","detail","lane"}]
 *     series      "x_unit","y_unit","x_log","y_log","curves":[{"name","theory","points":[[x,y]]}]
 *     table       "columns":[titles],"rows":[[cells]]
 *     timeline    "unit","lanes":[names],"spans":[{"lane","from","to","label"}]            */
#ifndef UI_FIGURE_JSON_H
#define UI_FIGURE_JSON_H

#include "lessons/figure.h"
#include "ui/json.h"

/* Writes one figure as an object. */
void figure_json(struct json *json, const struct figure *figure);

#endif
