using System.Collections.Immutable;
using AttentionGen.Testing;
using Microsoft.CodeAnalysis;

namespace AttentionGen.Generator.Tests;

/// <summary>The plan's count of visible pairs is the count one gets by asking every pair.</summary>
public class PlanTextTests
{
    [Theory]
    [InlineData(37, 0, 0, 0, false)]
    [InlineData(37, 5, 3, 0, false)]
    [InlineData(37, 5, 3, 7, false)]
    [InlineData(37, 5, 3, 7, true)]
    [InlineData(37, 2, 9, 40, false)]
    [InlineData(37, 50, 60, 3, false)]
    [InlineData(37, 0, 0, 37, true)]
    [InlineData(1, 3, 3, 1, false)]
    public async Task Counts_what_is_visible(int length, int left, int right, int sinks, bool causal)
    {
        int pairs = 0;
        for (int i = 0; i < length; i++)
        {
            for (int j = 0; j < length; j++)
            {
                bool inWindow = i - left <= j && j <= i + right;
                pairs += (inWindow || j < sinks) && (!causal || j <= i) ? 1 : 0;
            }
        }

        // At 1000 FLOPs per pair the four digits shown tell these counts apart.
        string flag = causal ? ", Causal = true" : "";
        string source = $"using AttentionGen;\n[Attention(\"local\", Heads = 1, HeadDim = 250, WindowLeft = {left}, WindowRight = {right}, Sinks = {sinks}, MaxLength = {length}{flag})]\nstatic partial class Host;\n";
        ImmutableArray<Diagnostic> found = await Lab.AnalyzeAsync(Lab.Compile(source));
        string plan = found.Single(diagnostic => diagnostic.Id == "ATTN048").GetMessage();

        string expected = (pairs * 1000 / 1e9).ToString("G4", System.Globalization.CultureInfo.InvariantCulture);
        Assert.Contains($"pair, {expected} GFLOP for {length} positions", plan, StringComparison.Ordinal);
    }
}
