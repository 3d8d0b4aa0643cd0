using AttentionGen.Benchmarks.Ratios;
using AttentionGen.Gpu;

namespace AttentionGen.Benchmarks.Gpu;

/// <summary>Times of launches by the device's own clock.</summary>
public static class GpuTiming
{
    private const int WarmUps = 3;

    // A mark costs a few microseconds; what lies between two of them should be long against that.
    private static readonly TimeSpan LeastRound = TimeSpan.FromMilliseconds(1);

    private const int MostLaunches = 200;

    /// <summary>Milliseconds of one launch: rounds of as many as take a millisecond, between two marks.</summary>
    public static Spread Milliseconds(GpuStream stream, Action launch, int rounds)
    {
        TimeSpan once = TimeSpan.Zero;
        for (int n = 0; n < WarmUps; n++)
        {
            once = Round(stream, launch, 1);
        }

        int launches = Math.Clamp((int)Math.Ceiling(LeastRound / TimeSpan.FromTicks(Math.Max(1, once.Ticks))), 1, MostLaunches);
        double[] samples = new double[rounds];
        foreach (ref double sample in samples.AsSpan())
        {
            sample = Round(stream, launch, launches).TotalMilliseconds / launches;
        }

        return Spread.Of(samples);
    }

    private static TimeSpan Round(GpuStream stream, Action launch, int launches)
    {
        using GpuMark before = stream.Mark();
        for (int n = 0; n < launches; n++)
        {
            launch();
        }

        using GpuMark after = stream.Mark();
        return after.Since(before);
    }
}
