#include "protocols/ftps/facts.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <boost/algorithm/string/predicate.hpp>
#include <iterator>

#include "protocols/ftps/time_val.hpp"

namespace consign::ftps {

namespace {

struct Fact {
    std::string_view name;
    bool FactSelection::* selected;
};

constexpr std::array facts{Fact{"type", &FactSelection::type}, Fact{"size", &FactSelection::size},
                           Fact{"modify", &FactSelection::modify},
                           Fact{"perm", &FactSelection::perm}};

}  // namespace

std::string facts_line(const FactSelection& selection, const FactEntry& entry) {
    std::string line;
    const auto out = std::back_inserter(line);
    if (selection.type) fmt::format_to(out, "type={};", entry.directory ? "dir" : "file");
    if (selection.size && !entry.directory) fmt::format_to(out, "size={};", entry.size_bytes);
    if (selection.modify) fmt::format_to(out, "modify={};", format_time_val(entry.modified));
    if (selection.perm && !entry.perm.empty()) fmt::format_to(out, "perm={};", entry.perm);
    fmt::format_to(out, " {}", entry.name);
    return line;
}

FactSelection parse_fact_selection(std::string_view names) {
    FactSelection selection{.type = false, .size = false, .modify = false, .perm = false};
    while (!names.empty()) {
        const std::string_view name = names.substr(0, names.find(';'));
        names.remove_prefix(std::min(name.size() + 1, names.size()));
        for (const Fact& fact : facts)
            if (boost::algorithm::iequals(name, fact.name)) selection.*fact.selected = true;
    }
    return selection;
}

std::string facts_feature(const FactSelection& selection) {
    std::string line = "MLST ";
    for (const Fact& fact : facts)
        fmt::format_to(std::back_inserter(line), "{}{};", fact.name,
                       selection.*fact.selected ? "*" : "");
    return line;
}

std::string facts_options_reply(const FactSelection& selection) {
    std::string text = "MLST OPTS";
    const char* before = " ";
    for (const Fact& fact : facts) {
        if (!(selection.*fact.selected)) continue;
        fmt::format_to(std::back_inserter(text), "{}{};", before, fact.name);
        before = "";
    }
    return text;
}

}  // namespace consign::ftps
