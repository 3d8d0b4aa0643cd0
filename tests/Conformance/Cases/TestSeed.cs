using System.Globalization;

namespace AttentionGen.Conformance.Cases;

/// <summary>The run's seed: fresh on every run, printed by every failure, and settable to repeat one.</summary>
public static class TestSeed
{
    private const string Variable = "ATTENTIONGEN_TEST_SEED";

    public static int Value { get; } = int.TryParse(Environment.GetEnvironmentVariable(Variable), NumberStyles.Integer, CultureInfo.InvariantCulture, out int seed)
        ? seed
        : Random.Shared.Next();

    /// <summary>How to repeat the run.</summary>
    public static string Repeat => $"repeat with {Variable}={Value}";

    /// <summary>A generator for one test, the same for the same seed whatever else runs.</summary>
    public static Random For(string test, int index = 0)
    {
        uint hash = 2166136261;
        foreach (char c in test)
        {
            hash = (hash ^ c) * 16777619;
        }

        return new Random(unchecked(Value ^ (int)hash ^ (index * 668265263)));
    }
}
