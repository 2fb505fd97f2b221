// C++: exceptions through several frames, virtual calls, destructors on the way.
struct thing {
	virtual int value(int n) = 0;
	virtual ~thing()
	{
	}
};

static volatile int count;

struct guard {
	~guard()
	{
		count = count + 1;
	}
};

struct one : thing {
	int value(int n) override
	{
		guard g;

		if (n == 0)
			throw 42;
		return value(n - 1) + 1;
	}
};

struct two : thing {
	int value(int n) override
	{
		one o;
		guard g;

		try {
			return o.value(n);
		} catch (const char *) {
			return 0;
		}
	}
};

int main()
{
	thing *t[2] = { new one, new two };
	int sum = 0;

	for (int i = 0; i < 2; i++) {
		try {
			sum += t[i]->value(2 + i);
		} catch (int e) {
			sum += e;
		}
	}
	delete t[0];
	delete t[1];
	return sum != 84;
}
