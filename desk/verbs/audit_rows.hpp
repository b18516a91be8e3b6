// What the ledger tells, as JSON for administrators: the names of these fields are part of the
// command's contract. Text that a peer typed is given as display_name gives it, so that no control
// byte reaches a terminal. Personal fields are null where they cannot be given; an event's
// "personal" says why: "forgotten" (their key was destroyed) or "altered" (not what the chain
// commits to).
#pragma once

#include <boost/json/object.hpp>

#include "storage/ledger/ledger.hpp"

namespace consign::desk {

[[nodiscard]] boost::json::object audit_row(const ledger::EventRow& row);
[[nodiscard]] boost::json::object audit_row(const ledger::Session& session);

}  // namespace consign::desk
