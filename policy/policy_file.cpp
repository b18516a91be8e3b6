#include "policy/draft.hpp"
#include "policy/reader.hpp"

namespace consign::policy {

void read_policy_file(const Reader& in, const yaml::Node& root, const ReadNamedFile& read_file,
                      Draft& draft) {
    in.mapping(
        root, {required("version", [&](const yaml::Node& node) { in.version(node); }),
               optional("groups", [&](const yaml::Node& node) { read_groups(in, node, draft); }),
               optional("accounts",
                        [&](const yaml::Node& node) { read_accounts(in, node, read_file, draft); }),
               optional("routes", [&](const yaml::Node& node) { read_routes(in, node, draft); }),
               later("classes"), later("targets"), later("pulls"), later("pickups"),
               later("deposits"), later("alerts")});
}

}  // namespace consign::policy
