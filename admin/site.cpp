#include "admin/site.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/clock.hpp"
#include "policy/load.hpp"

namespace consign::admin {

namespace {

Outcome<> check_exists(const std::filesystem::path& config) {
    std::error_code unknown;
    if (!std::filesystem::exists(config, unknown) && !unknown)
        return failed(
            fmt::format("there is no {}; name the site's consign.yaml with -c, or make a "
                        "new site with `consign -c FILE init`",
                        config.string()));
    return {};
}

std::string why_not(const policy::Loaded& loaded) {
    const auto first = std::ranges::find(loaded.problems, policy::Problem::Severity::error,
                                         &policy::Problem::severity);
    return fmt::format("the policy does not load ({}); `consign check` shows every mistake",
                       first == loaded.problems.end() ? "no reason given" : first->text());
}

}  // namespace

Outcome<std::shared_ptr<const policy::Policy>> load_site(const std::filesystem::path& config) {
    if (const auto there = check_exists(config); !there) return std::unexpected(there.error());
    auto loaded = policy::load(config, SystemClock().now());
    if (!loaded.policy) return failed(why_not(loaded));
    return std::move(loaded.policy);
}

Outcome<std::filesystem::path> data_folder(const Command& command) {
    if (!command.data.empty()) return command.data;
    if (const auto there = check_exists(command.config); !there)
        return std::unexpected(there.error());
    // A daemon may run on its last good policy while the files are broken.
    auto loaded = policy::load(command.config, SystemClock().now());
    if (!loaded.data.empty()) return std::move(loaded.data);
    return failed(
        fmt::format("{}; to reach a running daemon all the same, name its folder with "
                    "--data",
                    why_not(loaded)));
}

}  // namespace consign::admin
