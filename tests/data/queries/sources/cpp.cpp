#include <vector>
// A comment before a namespace.
namespace outer::inner { namespace {
template <typename T, int N = 3, class... Rest>
class Box final : public Base<T>, private virtual detail::Other {
 public:
  explicit Box(T value) noexcept : value_(std::move(value)), count_{0} {}
  Box(const Box&) = delete;
  ~Box() override;
  auto operator<=>(const Box& other) const = default;
  template <typename U> requires std::integral<U>
  U convert() const { return static_cast<U>(value_); }
  T& operator[](std::size_t i) & { return data_[i]; }
  friend std::ostream& operator<<(std::ostream& out, const Box&);
 private:
  T value_; int count_ = 0; static constexpr auto kName = R"x(raw "text")x";
  using Self = Box<T, N, Rest...>;
};
}}  // namespace

enum class Mode : unsigned char { A = 1, B };
int main(int argc, char** argv) try {
  auto lambda = [&, x = argc](auto&& y) mutable -> int { return x + y; };
  for (const auto& [key, value] : map) if (auto it = find(key); it != end()) continue;
  std::vector<std::pair<int, std::vector<int>>> v{{1, {2, 3}}, {4, {}}};
  delete[] p; p = new int[3]{1, 2, 3}; throw std::runtime_error("x"s + u8"é");
  return lambda(1) ? 0x1F'FFul : 1.5e-3f;
} catch (const std::exception& e) { co_return; } catch (...) {}
Box<int>::~Box() { this->value_ = nullptr; }
extern "C" { void c_function(int); }
class Broken : { int x; void f( { } };
template <typename T void g(T t) { if (t { return; }
int x = ;
