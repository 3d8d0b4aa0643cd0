using System.Diagnostics;
using AttentionGen;
using AttentionGen.Benchmarks.Ceiling;

namespace QuickStart;

/// <summary>The speed of one run, measured in turn with the FMA ceiling on as many threads.</summary>
/// <param name="Seconds">Median of one forward pass.</param>
/// <param name="CeilingShare">Median of its share of the ceiling measured right after it.</param>
public sealed record Timing(double Seconds, double CeilingShare)
{
    private const double Budget = 0.5;
    private const int FewestRounds = 5;
    private const int MostRounds = 41;
    private const double WarmUpSeconds = 0.15;

    /// <summary>Warms up, then alternates run and ceiling.</summary>
    public static Timing Measure(IPreparedRun run, FmaTeam ceiling)
    {
        long iterations = FmaCeiling.IterationsFor(0.003);
        long start = Stopwatch.GetTimestamp();
        do
        {
            run.Forward(ceiling.Threads);
            ceiling.Run(iterations);
        }
        while (Stopwatch.GetElapsedTime(start).TotalSeconds < WarmUpSeconds);

        List<double> seconds = [], shares = [];
        start = Stopwatch.GetTimestamp();
        while (seconds.Count < FewestRounds || (seconds.Count < MostRounds && Stopwatch.GetElapsedTime(start).TotalSeconds < Budget))
        {
            long ours = Stopwatch.GetTimestamp();
            run.Forward(ceiling.Threads);
            seconds.Add(Stopwatch.GetElapsedTime(ours).TotalSeconds);
            long theirs = Stopwatch.GetTimestamp();
            ceiling.Run(iterations);
            double limit = ceiling.Flops(iterations) / Stopwatch.GetElapsedTime(theirs).TotalSeconds;
            shares.Add(run.Flops / seconds[^1] / limit);
        }

        return new(Median(seconds), Median(shares));
    }

    private static double Median(List<double> samples) => samples.Order().ElementAt(samples.Count / 2);
}
