/* What inlines.cc has the compiler copy into its functions, some of it more than once. */
namespace shapes
{
template <typename T> struct point {
	T x, y;

	T length() const
	{
		T sum = x * x;

		sum += y * y;
		return sum;
	}
};

template <typename T> static inline T longer(const point<T> &a, const point<T> &b)
{
	if (a.length() > b.length())
		return a.length();
	return b.length();
}
} // namespace shapes
