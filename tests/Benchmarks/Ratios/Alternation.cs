using System.Diagnostics;

namespace AttentionGen.Benchmarks.Ratios;

/// <summary>One of the things that are compared.</summary>
/// <param name="Name">What the report calls it.</param>
/// <param name="Work">Floating-point operations of one call; bytes, where reading is what counts.</param>
/// <param name="Run">One call; allocates nothing of its own.</param>
public sealed record Contender(string Name, double Work, Action Run);

/// <summary>Billions a second, GFLOP/s or GB/s, of one contender in every round.</summary>
/// <param name="Contender">Whose.</param>
/// <param name="Rates">One per round, in the order measured.</param>
public sealed record Series(Contender Contender, double[] Rates)
{
    /// <summary>Median, smallest and largest rate.</summary>
    public Spread Rate => Spread.Of(Rates);

    /// <summary>Seconds of one call.</summary>
    public Spread Seconds => Spread.Of([.. Rates.Select(rate => Contender.Work / rate / 1e9)]);

    /// <summary>How many times as fast as <paramref name="other"/>, round by round.</summary>
    public Spread Over(Series other) => Spread.Of([.. Rates.Zip(other.Rates, (mine, theirs) => mine / theirs)]);
}

/// <summary>
/// Measures contenders in turn, A B C A B C, in one process, so that a machine whose clock or neighbours change treats them alike;
/// ratios are taken within a round.
/// </summary>
public static class Alternation
{
    private const double WarmUpSeconds = 0.3;
    private const double SampleSeconds = 0.003;
    private const double WakeSeconds = 0.03;

    /// <summary>How long threads of another library may still spin for more work once a call is over.</summary>
    public static TimeSpan SpinTime { get; } = TimeSpan.FromMilliseconds(100);

    /// <summary>Runs <paramref name="rounds"/> rounds after warming every contender up.</summary>
    /// <param name="contenders">What is measured, in turn.</param>
    /// <param name="rounds">Samples of each.</param>
    /// <param name="settle">How long nothing runs before each sample: where contenders have threads of their own, <see cref="SpinTime"/>.</param>
    public static Series[] Measure(IReadOnlyList<Contender> contenders, int rounds, TimeSpan settle = default)
    {
        int[] calls = [.. contenders.Select(WarmUp)];
        var rates = contenders.Select(_ => new double[rounds]).ToArray();
        for (int round = 0; round < rounds; round++)
        {
            for (int i = 0; i < contenders.Count; i++)
            {
                Settle(contenders[i], settle);
                rates[i][round] = Sample(contenders[i], calls[i]);
            }
        }

        return [.. contenders.Select((contender, i) => new Series(contender, rates[i]))];
    }

    // Long enough for tiered compilation to settle; returns the calls that fill one sample.
    private static int WarmUp(Contender contender)
    {
        long start = Stopwatch.GetTimestamp();
        int calls = 0;
        double fastest = double.PositiveInfinity;
        do
        {
            long call = Stopwatch.GetTimestamp();
            contender.Run();
            fastest = Math.Min(fastest, Stopwatch.GetElapsedTime(call).TotalSeconds);
            calls++;
        }
        while (calls < 2 || Stopwatch.GetElapsedTime(start).TotalSeconds < WarmUpSeconds);

        return Math.Max(1, (int)Math.Ceiling(SampleSeconds / fastest));
    }

    // Processors that slept with their threads need a while to wake: longer than a short sample takes.
    private static void Settle(Contender contender, TimeSpan settle)
    {
        if (settle == default)
        {
            return;
        }

        Thread.Sleep(settle);
        long start = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(start).TotalSeconds < WakeSeconds)
        {
            contender.Run();
        }
    }

    // The untimed call first: nobody pays for the caches that the one before left behind.
    private static double Sample(Contender contender, int calls)
    {
        contender.Run();
        long start = Stopwatch.GetTimestamp();
        for (int call = 0; call < calls; call++)
        {
            contender.Run();
        }

        return contender.Work * calls / Stopwatch.GetElapsedTime(start).TotalSeconds / 1e9;
    }
}
