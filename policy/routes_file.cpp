// `routes:` of a file in policy.d: where a deposit goes.
#include <fmt/format.h>

#include <algorithm>

#include "policy/draft.hpp"
#include "policy/reader.hpp"
#include "policy/spelling.hpp"

namespace consign::policy {

using yaml::Node;

namespace {

constexpr std::size_t route_limit = 10'000;
constexpr std::size_t copy_limit = 64;

void read_when(const Reader& in, const Node& node, RouteDraft& draft) {
    Route& route = draft.route;
    // The globs depend on ignore_case, which may stand after them.
    std::optional<std::string> path;
    std::optional<std::string> name;
    Place path_place;
    Place name_place;
    in.mapping(node, {optional("path",
                               [&](const Node& value) {
                                   path = in.text(value);
                                   path_place = value.place;
                               }),
                      optional("name",
                               [&](const Node& value) {
                                   name = in.text(value);
                                   name_place = value.place;
                               }),
                      optional("account",
                               [&](const Node& value) {
                                   route.account = in.text(value);
                                   draft.account_place = value.place;
                               }),
                      optional("ignore_case",
                               [&](const Node& value) {
                                   route.ignore_case = in.boolean(value).value_or(false);
                               }),
                      later("hl7"), later("hprim"), later("dicom")});
    if (node.kind == Node::Kind::mapping && node.entries.empty())
        in.error(node.place, "no condition: write `path: /**` for every deposit");
    const auto compile = [&](const std::optional<std::string>& pattern, Place at, auto parse,
                             std::optional<Glob>& into) {
        if (!pattern) return;
        auto glob = parse(*pattern, route.ignore_case);
        if (!glob) return in.error(at, glob.error());
        into = std::move(*glob);
    };
    compile(path, path_place, Glob::path, route.path);
    compile(name, name_place, Glob::name, route.file_name);
}

void read_copy(const Reader& in, const Node& node, RouteDraft& draft) {
    const auto written = in.text(node);
    if (!written) return;
    auto target = CopyTemplate::parse(*written);
    if (!target) return in.error(node.place, target.error());
    draft.route.copies.push_back({std::move(*target), in.rule(node.place)});
    draft.copy_places.push_back(node.place);
}

void read_to(const Reader& in, const Node& node, RouteDraft& draft) {
    if (node.kind == Node::Kind::sequence && node.items.empty())
        in.error(node.place, "expected at least one `copy`");
    in.items(node, copy_limit, [&](const Node& item) {
        in.mapping(item, {required("copy", [&](const Node& copy) { read_copy(in, copy, draft); }),
                          later("deliver"), later("quarantine")});
    });
}

}  // namespace

void read_routes(const Reader& in, const Node& node, Draft& draft) {
    in.items(node, route_limit, [&](const Node& item) {
        RouteDraft route;
        route.at = {in.file(), item.place};
        route.route.rule = in.rule(item.place);
        const auto read_name = [&](const Node& name) {
            const auto written = in.text(name);
            if (written && in.is_name(*written, name.place)) route.route.name = *written;
        };
        in.mapping(item, {required("name", read_name),
                          required("when", [&](const Node& when) { read_when(in, when, route); }),
                          required("to", [&](const Node& to) { read_to(in, to, route); }),
                          later("complete_when"), later("subject"), later("class"),
                          later("on_clash"), later("acknowledge"), later("alert")});
        const auto first = std::ranges::find_if(draft.routes, [&](const RouteDraft& earlier) {
            return !route.route.name.empty() && earlier.route.name == route.route.name;
        });
        if (first != draft.routes.end())
            in.error(item.place, fmt::format("the route {} is there already, at {}",
                                             cited(route.route.name), first->route.rule.text()));
        draft.routes.push_back(std::move(route));
    });
}

}  // namespace consign::policy
