// One test at a time: a test that counts a call's allocations must find the worker pool free, or it measures another path than it says.
[assembly: CollectionBehavior(DisableTestParallelization = true)]

namespace AttentionGen.Runtime.Tests;

/// <summary>Fresh random inputs and the tiers of this machine.</summary>
internal static class Inputs
{
    /// <summary>Every tier that this machine runs.</summary>
    public static IEnumerable<SimdTier> Tiers =>
        Enum.GetValues<SimdTier>().Where(tier => tier != SimdTier.Best && SimdTiers.IsSupported(tier));

    /// <summary>Uniform in [-1, 1), different in every run.</summary>
    public static float[] Random(int length)
    {
        float[] values = new float[length];
        foreach (ref float value in values.AsSpan())
        {
            value = (2 * System.Random.Shared.NextSingle()) - 1;
        }

        return values;
    }
}
