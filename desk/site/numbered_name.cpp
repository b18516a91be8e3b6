#include "desk/site/numbered_name.hpp"

#include <fmt/format.h>

#include "policy/path_template.hpp"

namespace consign::desk {

Result<VirtualPath> numbered(const VirtualPath& path, int number) {
    if (number == 1) return path;
    const auto [stem, ext] = policy::parts_of(path.name());
    return VirtualPath::parse(fmt::format("{}_{}{}{}", stem, number, ext.empty() ? "" : ".", ext),
                              path.parent());
}

}  // namespace consign::desk
