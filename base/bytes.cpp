#include "base/bytes.hpp"

#include <boost/algorithm/hex.hpp>
#include <boost/endian/conversion.hpp>
#include <iterator>

namespace consign {

namespace {

template <class Integer>
Integer load(ByteView bytes) {
    return bytes.empty()
               ? Integer{}
               : boost::endian::endian_load<Integer, sizeof(Integer), boost::endian::order::big>(
                     bytes.data());
}

template <class Integer>
void store(Bytes& out, Integer value) {
    std::array<std::uint8_t, sizeof(Integer)> raw{};
    boost::endian::endian_store<Integer, sizeof(Integer), boost::endian::order::big>(raw.data(),
                                                                                     value);
    out.insert(out.end(), raw.begin(), raw.end());
}

}  // namespace

ByteView as_bytes(std::string_view text) {
    return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

std::string_view as_text(ByteView bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

std::string to_hex(ByteView bytes) {
    std::string hex;
    hex.reserve(bytes.size() * 2);
    boost::algorithm::hex_lower(bytes.begin(), bytes.end(), std::back_inserter(hex));
    return hex;
}

std::optional<Bytes> from_hex(std::string_view hex) {
    try {
        Bytes bytes;
        boost::algorithm::unhex(hex.begin(), hex.end(), std::back_inserter(bytes));
        return bytes;
    } catch (const boost::algorithm::hex_decode_error&) {
        return std::nullopt;
    }
}

ByteView ByteReader::take(std::size_t count) {
    if (failed_ || count > rest_.size()) {
        failed_ = true;
        rest_ = {};
        return {};
    }
    const ByteView taken = rest_.first(count);
    rest_ = rest_.subspan(count);
    return taken;
}

std::uint8_t ByteReader::u8() {
    return load<std::uint8_t>(take(1));
}
std::uint16_t ByteReader::u16() {
    return load<std::uint16_t>(take(2));
}
std::uint32_t ByteReader::u32() {
    return load<std::uint32_t>(take(4));
}
std::uint64_t ByteReader::u64() {
    return load<std::uint64_t>(take(8));
}
ByteView ByteReader::string() {
    return take(u32());
}

ByteWriter& ByteWriter::u8(std::uint8_t value) {
    out_.push_back(value);
    return *this;
}
ByteWriter& ByteWriter::u16(std::uint16_t value) {
    store(out_, value);
    return *this;
}
ByteWriter& ByteWriter::u32(std::uint32_t value) {
    store(out_, value);
    return *this;
}
ByteWriter& ByteWriter::u64(std::uint64_t value) {
    store(out_, value);
    return *this;
}

ByteWriter& ByteWriter::raw(ByteView bytes) {
    out_.insert(out_.end(), bytes.begin(), bytes.end());
    return *this;
}

ByteWriter& ByteWriter::string(ByteView bytes) {
    return u32(static_cast<std::uint32_t>(bytes.size())).raw(bytes);
}

}  // namespace consign
