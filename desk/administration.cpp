#include "desk/administration.hpp"

#include <fmt/format.h>

#include "desk/audit/export_verbs.hpp"
#include "desk/audit/search_verbs.hpp"
#include "desk/audit/timestamp_verbs.hpp"
#include "desk/audit/verification.hpp"
#include "desk/deliveries/delivery_verbs.hpp"
#include "desk/deliveries/job_verbs.hpp"
#include "desk/deliveries/pull_verbs.hpp"
#include "desk/deposits/quarantine_verbs.hpp"
#include "desk/file_verbs.hpp"
#include "desk/pickups/expected_verbs.hpp"
#include "desk/policy_verbs.hpp"
#include "desk/receipts/receipt_verbs.hpp"
#include "desk/reports/blast_radius_verbs.hpp"
#include "desk/reports/register_verbs.hpp"
#include "desk/reports/subject_verbs.hpp"
#include "desk/reports/weak_verbs.hpp"
#include "desk/retention/hold_verbs.hpp"
#include "desk/retention/period_verbs.hpp"
#include "desk/retention/retention_verbs.hpp"
#include "desk/scrub/recovery.hpp"
#include "desk/scrub/scrub_verbs.hpp"
#include "desk/site/displayed_path.hpp"
#include "desk/verbs/administrator_act.hpp"

namespace consign::desk {

VerbTable administrator_verbs(Site& site) {
    VerbTable table;
    for (const auto verbs :
         {&file_verbs,        &policy_verbs,   &delivery_verbs,   &job_verbs,   &verification_verbs,
          &timestamp_verbs,   &search_verbs,   &export_verbs,     &hold_verbs,  &retention_verbs,
          &subject_verbs,     &expected_verbs, &quarantine_verbs, &scrub_verbs, &recovery_verbs,
          &pull_verbs,        &receipt_verbs,  &register_verbs,   &weak_verbs,  &period_verbs,
          &blast_radius_verbs})
        table.merge(verbs(site));
    return table;
}

boost::asio::awaitable<std::string> refuse_administration(Site& site, std::string user) {
    static_cast<void>(co_await record_act(site, user, "control socket", ledger::Outcome::refused));
    co_return fmt::format(
        "{} may not administer this site; use root, or the user that consignd runs as",
        display_name(user));
}

}  // namespace consign::desk
