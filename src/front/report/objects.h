/* objects: local files and what stands in them, in words.
 *
 * Everything returned is printable and to be freed; `ascii` asks for ASCII, else UTF-8.
 */
#ifndef TLSDIVE_FRONT_REPORT_OBJECTS_H
#define TLSDIVE_FRONT_REPORT_OBJECTS_H

#include "front/model/model.h"
#include "front/report/text.h"

/* What kind of thing an object is: "certificate request". Static, translated. */
const char *objects_kind(const FileObject *object);

/* What is in it, in one line without its kind: "CN=a.example  RSA 2048  its signature is right". */
char *objects_line(const Model *model, const FileObject *object, bool ascii);

/* What there is to be said of a file besides its objects: its form, password, why it was not read;
 * "" where that is nothing. */
char *objects_file(const File *file, bool ascii);

/* What became of a directory that was looked through: counts. */
char *objects_directory(const json_t *fact, bool ascii);

/* All files, their objects and the directories, as the report has them; to be freed. */
char *report_files(const Model *model, const ReportStyle *style);

#endif
