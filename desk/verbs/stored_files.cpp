#include "desk/verbs/stored_files.hpp"

#include <boost/json.hpp>

#include "desk/site/displayed_path.hpp"
#include "desk/site/rfc3339.hpp"

namespace consign::desk {

namespace {

namespace json = boost::json;
using policy::Life;

void put(json::object& row, std::string_view key, const std::optional<Timestamp>& time) {
    if (time) row[key] = rfc3339(*time);
}

void put(json::object& row, std::string_view key, const std::optional<std::chrono::sys_days>& day) {
    if (day) row[key] = day->time_since_epoch().count();
}

json::object row_of_life(const Life& life) {
    json::object row{{"deposited", rfc3339(life.deposited)}, {"has_subject", life.has_subject}};
    put(row, "last_pickup", life.last_pickup);
    put(row, "collected_by_all", life.collected_by_all);
    put(row, "last_activity", life.last_activity);
    put(row, "born", life.born);
    put(row, "died", life.died);
    return row;
}

std::optional<Timestamp> time_in(const json::object& row, std::string_view key) {
    const json::value* text = row.if_contains(key);
    return text && text->is_string() ? from_rfc3339(text->get_string()) : std::nullopt;
}

std::optional<std::chrono::sys_days> day_in(const json::object& row, std::string_view key) {
    const json::value* days = row.if_contains(key);
    if (!days || !days->is_int64()) return std::nullopt;
    return std::chrono::sys_days(std::chrono::days(days->get_int64()));
}

bool flag_in(const json::object& row, std::string_view key) {
    const json::value* flag = row.if_contains(key);
    return flag && flag->is_bool() && flag->get_bool();
}

std::string text_in(const json::object& row, std::string_view key) {
    const json::value* text = row.if_contains(key);
    return text && text->is_string() ? std::string(text->get_string()) : std::string();
}

std::optional<Life> life_of(const json::value& value) {
    const json::object* row = value.if_object();
    const auto deposited = row ? time_in(*row, "deposited") : std::nullopt;
    if (!deposited) return std::nullopt;
    return Life{.deposited = *deposited,
                .last_pickup = time_in(*row, "last_pickup"),
                .collected_by_all = time_in(*row, "collected_by_all"),
                .last_activity = time_in(*row, "last_activity"),
                .has_subject = flag_in(*row, "has_subject"),
                .born = day_in(*row, "born"),
                .died = day_in(*row, "died")};
}

}  // namespace

json::object row_of(const policy::StoredFile& file) {
    json::array lives;
    for (const Life& life : file.lives) lives.push_back(row_of_life(life));
    return {{"path", file.path.display()},
            {"is_name", file.is_name},
            {"class", file.retention_class},
            {"lives", std::move(lives)}};
}

std::optional<policy::StoredFile> stored_file_of(const json::object& row) {
    const auto path = from_displayed(text_in(row, "path"));
    if (!path) return std::nullopt;
    policy::StoredFile file{.path = *path,
                            .is_name = flag_in(row, "is_name"),
                            .retention_class = text_in(row, "class")};
    const json::value* lives = row.if_contains("lives");
    if (lives && lives->is_array())
        for (const json::value& value : lives->get_array())
            if (auto life = life_of(value)) file.lives.push_back(*std::move(life));
    return file;
}

}  // namespace consign::desk
