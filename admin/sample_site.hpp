// The files of a new site, as `consign init` writes them: commented, and loading as they are.
#pragma once

#include <string>
#include <string_view>

namespace consign::admin {

/// `site` and `data` stand in it as YAML strings.
[[nodiscard]] std::string sample_server(std::string_view site, std::string_view data);

/// A laboratory and a partner, both disabled: their keys are placeholders, whose private halves
/// were destroyed.
[[nodiscard]] std::string_view sample_accounts();

[[nodiscard]] std::string_view sample_routes();

}  // namespace consign::admin
