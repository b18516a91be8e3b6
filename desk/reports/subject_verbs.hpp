// The administrator's verbs over persons whom content is about.
#pragma once

#include "desk/site/site.hpp"
#include "desk/verbs/verb.hpp"

namespace consign::desk {

/// subject.set     subject (AUTHORITY/ID), born, died (YYYY-MM-DD): wins over what messages say;
///                 a date that is not given stays. {"subject"}
/// subject.report  subject: {"kind": "subject", "subject", "site", "controller", "contact", "dpo",
///                 "residency", "targets", "time", "readable", "born", "died"}, also where acts
///                 alone name the person; then for each content
///                 {"kind": "file", "paths", "classes", ...} (desk/verbs/content_row.hpp), with its
///                 {"kind": "name", "stream", "path", "made_by", "created"}, {"kind": "hold",
///                 "stream", "hold", "made", "made_by", "case", "reason", "lifted",
///                 "lift_reason"} and {"kind": "event", "account_name", ...}
///                 (desk/verbs/audit_rows.hpp, without address); then each {"kind": "act", ...} of
///                 an administrator that names the person; {"files", "events", "acts",
///                 "acts_left_out", "forgotten"} at the end, with "not_indexed" as
///                 desk/audit/search_verbs.hpp has it
/// subject.erase   subject: a request of erasure, carried out as far as the law lets it, and
///                 answered: {"outcome": "erased" | "kept", "ground", "legal_basis", ...} (as a
///                 content's row) for each content; {"request", "time", "erased", "kept",
///                 "facts_erased"} at the end
/// What was altered, of a row or of what is known of the person, stops none of them. `site`
/// outlives the table.
[[nodiscard]] VerbTable subject_verbs(Site& site);

}  // namespace consign::desk
