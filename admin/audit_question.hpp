// What the lists of `consign audit` are asked for, as options of the command line.
#pragma once

#include <boost/json/object.hpp>
#include <string>
#include <vector>

#include "admin/outcome.hpp"

namespace CLI {
class App;
}

namespace consign::admin {

/// An empty text was not given.
struct AuditQuestion {
    std::string account, from, until, address;
    std::string path, outcome, session, subject, file, sha256;  // events alone
    std::vector<std::string> actions;
};

void add_shared_options(CLI::App& verb, AuditQuestion& question);
void add_event_options(CLI::App& verb, AuditQuestion& question);
/// As the verbs of desk/audit/search_verbs.hpp take them, but for the limit.
[[nodiscard]] Outcome<boost::json::object> arguments_of(const AuditQuestion& question);
/// Where the answer says that no content is about the person who was asked for: how one is written.
void tell_unknown_subject(const boost::json::object& answered, const std::string& subject);

}  // namespace consign::admin
