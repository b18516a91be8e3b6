// The administrator's verbs over persons whom content is about.
#pragma once

#include "desk/site.hpp"
#include "desk/verb.hpp"

namespace consign::desk {

/// subject.set     subject (AUTHORITY/ID), born, died (YYYY-MM-DD): wins over what messages say;
///                 a date that is not given stays. {"subject"}
/// subject.report  subject: {"kind": "subject", "subject", "born", "died"}; then for each content
///                 {"kind": "file", "paths", ...} (desk/content_row.hpp), with each event of it:
///                 {"kind": "event", "stream", "time", "action", "outcome", "account", "protocol"},
///                 of which the newest events_limit are told
/// subject.erase   subject: a request of erasure, carried out as far as the law lets it, and
///                 answered: {"outcome": "erased" | "kept", "ground", "legal_basis", ...} (as a
///                 content's row) for each content; {"request", "time", "erased", "kept",
///                 "facts_erased"} at the end
/// What was altered, of a row or of what is known of the person, stops none of them. `site`
/// outlives the table.
[[nodiscard]] VerbTable subject_verbs(Site& site);

}  // namespace consign::desk
