// The JSON Schemas (draft 2020-12) by which editors complete and check the policy's files, made by
// the functions that read them.
#pragma once

#include <string>

namespace consign::policy {

/// Of consign.yaml: etc/consign.schema.json.
[[nodiscard]] std::string server_schema();
/// Of the files of policy.d: etc/policy.schema.json.
[[nodiscard]] std::string policy_schema();

}  // namespace consign::policy
