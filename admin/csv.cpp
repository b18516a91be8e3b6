#include "admin/csv.hpp"

namespace consign::admin {

std::string csv_record(std::span<const std::string> fields) {
    std::string record;
    for (const auto& field : fields) {
        if (&field != fields.data()) record.push_back(',');
        if (field.find_first_of("\",\r\n") == std::string::npos) {
            record += field;
            continue;
        }
        record.push_back('"');
        for (const char byte : field) record.append(byte == '"' ? 2 : 1, byte);
        record.push_back('"');
    }
    return record + "\r\n";
}

}  // namespace consign::admin
