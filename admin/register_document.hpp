// The register of processing (RGPD art. 30) as a document, from the rows of register.show.
#pragma once

#include <boost/json/object.hpp>
#include <string>
#include <vector>

#include "admin/document.hpp"

namespace consign::admin {

/// What stands beside the policy in force.
struct RegisterState {
    std::string made;            // RFC 3339
    bool daemon_runs = true;     // else the policy is the one that the files hold
    std::string files_differ{};  // not empty: in what the files on disk are not the policy in force
    std::vector<std::string> needs_restart{};  // keys that count from the next start on
};

void write_register(Document& document, const Tongue& say,
                    const std::vector<boost::json::object>& rows, const RegisterState& state);

}  // namespace consign::admin
