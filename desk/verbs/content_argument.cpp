#include "desk/verbs/content_argument.hpp"

#include <fmt/format.h>

#include "desk/site/displayed_path.hpp"
#include "storage/catalog/errc.hpp"

namespace consign::desk {

Result<std::optional<NamedContent>> content_named(Transaction& transaction, std::string_view text) {
    if (const auto stream = Id::from_hex(text)) {
        const auto file = transaction.catalog.file_of(*stream);
        if (!file) return failure(file.error());
        if (!*file) return std::nullopt;
        const auto doomed = transaction.catalog.doomed_file(*stream);
        if (!doomed) return failure(doomed.error());
        return NamedContent{
            .file = (*file)->id, .stream = *stream, .is_doomed = doomed->has_value()};
    }
    const auto path = from_displayed(text);
    if (!path) return std::nullopt;
    const auto entry = transaction.catalog.find(*path);
    if (!entry &&
        entry.error().category() == make_error_code(catalog::catalog_errc::no_such_name).category())
        return std::nullopt;
    if (!entry) return failure(entry.error());
    if (!entry->file) return std::nullopt;
    return NamedContent{.file = entry->file->id, .stream = entry->file->stream};
}

std::string no_such_content(std::string_view text) {
    return fmt::format(
        "there is no file {}; give a path as `consign files ls` shows it, or the id of a content",
        text);
}

}  // namespace consign::desk
