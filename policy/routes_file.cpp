// `routes:` of a file in policy.d: where a deposit goes.
#include <fmt/format.h>

#include <array>

#include "policy/draft.hpp"
#include "policy/reader.hpp"

namespace consign::policy {

using yaml::Node;

namespace {

constexpr std::size_t route_limit = 10'000;

// Those of Ending, in its order, then those of Sidecar.
constexpr std::array<std::string_view, 7> completeness_names{
    "batch_trailer", "hprim_trailer", "pdf_trailer",  "zip_directory",
    "gzip_trailer",  "ok_file",       "checksum_file"};
constexpr std::size_t ending_count = 5;
constexpr std::array<std::string_view, 2> clash_names{"number", "fail"};

void read_completeness(const Reader& in, const Node& node, Route& route) {
    in.one_or_items(node, completeness_names.size(), [&](const Node& item) {
        const auto index = in.choice(item, completeness_names);
        if (!index) return;
        if (*index < ending_count)
            route.endings.push_back(static_cast<content::Ending>(*index));
        else
            route.sidecars.push_back(static_cast<Sidecar>(*index - ending_count));
    });
}

/// `hl7.PID-3.1`.
std::expected<content::FieldName, std::string> parse_field(std::string_view text) {
    const std::size_t dot = text.find('.');
    for (const content::Dictionary dictionary : content::dictionaries)
        if (dot != std::string_view::npos && text.substr(0, dot) == name_of(dictionary))
            return content::FieldName::parse(dictionary, text.substr(dot + 1));
    return std::unexpected(std::string(
        "expected a field such as `hl7.PID-3.1`: hl7, hprim, dicom, xml or csv, a dot, its name"));
}

void read_subject(const Reader& in, const Node& node, Route& route) {
    SubjectFields& fields = route.subject.emplace();
    fields.rule = in.rule(node.place);
    const auto into = [&](std::optional<content::FieldName>& field) {
        return in.parsed_into(field, text_form::subject_field, parse_field);
    };
    in.mapping(node, {required("id", "The field of the identifier.", into(fields.id)),
                      optional("authority", "The field of who gave the identifier.",
                               into(fields.authority)),
                      optional("born", "The field of the birth date.", into(fields.born)),
                      optional("died", "The field of the date of death.", into(fields.died))});
}

RouteDraft read_route(const Reading& reading, const Node& node) {
    const Reader& in = reading.in;
    RouteDraft draft{.at = in.located(node.place), .route = {}};
    Route& route = draft.route;
    route.rule = in.rule(node.place);
    const auto read_name = [&](const Node& name) {
        const auto written = in.name(name);
        if (written && is_first(in, reading.draft.route_names, "route", *written, node.place))
            route.name = *written;
    };
    const auto read_acknowledge = [&](const Node& target) {
        draft.acknowledge_place = target.place;
        if (auto parsed = in.parsed(target, text_form::path_template, PathTemplate::parse))
            route.acknowledge = {std::move(*parsed), in.rule(target.place)};
    };
    in.mapping(
        node,
        {required("name", "The route's name.", read_name),
         required("when", "What a deposit must be: all that stands here must hold.",
                  [&](const Node& when) { read_conditions(reading, when, draft); }),
         optional("complete_when",
                  "What the file must have beyond the protocol's own word that it is complete.",
                  [&](const Node& list) { read_completeness(in, list, route); }),
         optional("subject", "Whom the file is about: which fields say it.",
                  [&](const Node& subject) { read_subject(in, subject, route); }),
         optional("class", "How long the content is kept, and why: the name of a class.",
                  use_into(reading, Use::Of::retention_class, route.retention_class)),
         optional("to", "What is done with the file, in order.",
                  [&](const Node& to) { read_actions(reading, to, draft); }),
         optional("on_clash", "What happens where a name is taken.",
                  in.choice_into(route.on_clash, clash_names), "number"),
         optional("acknowledge", "The path of a file that tells the depositor that it arrived.",
                  read_acknowledge),
         optional("scan", "The virus scanner, for what the route takes, before anything is done.",
                  [&](const Node& scan) { read_scan(in, scan, route.scan); }),
         optional("alert", "Whom to tell.", alert_names_into(reading, route.alert))});
    return draft;
}

}  // namespace

void read_routes(const Reading& reading, const Node& node) {
    const Reader& in = reading.in;
    in.items(node, route_limit, [&](const Node& item) {
        const std::size_t errors = in.errors();
        RouteDraft draft = read_route(reading, item);
        draft.is_sound = in.errors() == errors;
        const Route& route = draft.route;
        const bool does_nothing = route.to.empty() && route.retention_class.empty() &&
                                  !route.acknowledge && route.alert.empty() && !route.scan;
        if (draft.is_sound && does_nothing) {
            in.error(
                item.place,
                "this route does nothing: write `to`, `class`, `acknowledge`, `scan` or `alert`");
            draft.is_sound = false;
        }
        reading.draft.routes.push_back(std::move(draft));
    });
}

}  // namespace consign::policy
