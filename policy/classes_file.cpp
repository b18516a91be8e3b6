// `classes:` of a file in policy.d: how long content is kept, and why.
#include <fmt/format.h>

#include <array>

#include "policy/draft.hpp"
#include "policy/language/spelling.hpp"
#include "policy/reader.hpp"

namespace consign::policy {

using yaml::Entry;
using yaml::Node;

namespace {

constexpr std::array<std::string_view, 3> counted_from_names{"deposit", "last_pickup",
                                                             "last_activity"};

}  // namespace

void read_classes(const Reading& reading, const Node& node) {
    const Reader& in = reading.in;
    in.named(node, [&](const Entry& entry) {
        ClassDraft draft{.at = in.located(entry.place), .retention_class = {}};
        Class& one = draft.retention_class;
        one.name = entry.key;
        one.rule = in.rule(entry.place);
        const auto span_into = [&](auto& field) {
            return in.parsed_into(field, text_form::span, parse_span);
        };
        const auto read_keep = [&](const Node& value) {
            span_into(one.keep)(value);
            if (parse_span(value.text) == Span{})
                in.warning(value.place,
                           "nothing of this class is kept: it is destroyed as soon as its term "
                           "begins (`1 day` keeps it to the end of the next)");
        };
        const auto read_shorten = [&](const Node& value) {
            draft.shorten_place = value.place;
            span_into(one.shorten_after_pickup)(value);
        };
        in.mapping(
            *entry.value,
            {optional("purpose", "What the data is processed for, for the register.",
                      in.text_into(one.purpose)),
             optional("legal_basis", "The text of law, for the register.",
                      in.text_into(one.legal_basis)),
             optional("recipients", "Who receives it, for the register.",
                      in.text_into(one.recipients)),
             optional("persons", "Whom the data is about: categories of persons, for the register.",
                      in.text_into(one.persons)),
             optional("data", "What data it is: categories of data, for the register.",
                      in.text_into(one.data)),
             required("keep", "How long: `10 years`, `30 days`.", read_keep),
             optional("counted_from", "What the term is counted from.",
                      in.choice_into(one.counted_from, counted_from_names), "deposit"),
             optional("minor_until",
                      "Not before the subject is so old, where it was a minor at the deposit: "
                      "`28 years`.",
                      span_into(one.minor_until)),
             optional("after_death", "Where the subject has died: so long after that.",
                      span_into(one.after_death)),
             optional("shorten_after_pickup",
                      "Once every recipient has collected it: so long after that.", read_shorten)},
            entry.place);
        if (!in.is_name(entry.key, entry.place)) return;
        const auto [first, is_new] = reading.draft.classes.try_emplace(entry.key, draft);
        if (!is_new)
            in.error(entry.place,
                     fmt::format("the class {} is there already, at {}", cited(entry.key),
                                 first->second.retention_class.rule.text()));
    });
}

}  // namespace consign::policy
