#include "desk/verbs/content_row.hpp"

#include <fmt/format.h>

#include <boost/json.hpp>

#include "desk/site/rfc3339.hpp"
#include "storage/catalog/errc.hpp"

namespace consign::desk {

namespace json = boost::json;

Result<std::optional<json::object>> content_row(Transaction& transaction, catalog::FileId file,
                                                const terms::Term& term) {
    const auto stream = transaction.catalog.stream_of(file);
    if (!stream && stream.error() == catalog::catalog_errc::no_such_file) return std::nullopt;
    if (!stream) return failure(stream.error());
    const auto doomed = transaction.catalog.doomed_file(*stream);
    if (!doomed) return failure(doomed.error());
    if (*doomed) return std::nullopt;
    json::object row{{"stream", stream->hex()},
                     {"due", term.due ? json::value(rfc3339(*term.due)) : json::value()},
                     {"class", term.class_name},
                     {"why", term.why},
                     {"rule", term.rule}};
    // Its own row may have been altered: that hides no other.
    const auto content = transaction.catalog.file(file);
    row["size"] = content ? content->size_bytes : 0;
    row["depositor"] = content ? content->depositor : std::string();
    const auto names = transaction.catalog.count_names(file);
    if (!names) return failure(names.error());
    row["names"] = *names;
    const auto hold = transaction.catalog.hold_on(file);
    if (!hold) return failure(hold.error());
    const auto busy = transaction.queue.has_jobs_of(file);
    if (!busy) return failure(busy.error());
    row["kept_by"] = *hold       ? fmt::format("hold {}", **hold)
                     : *busy     ? std::string("a job")
                     : !term.due ? std::string("unknown")
                                 : std::string();
    return row;
}

}  // namespace consign::desk
