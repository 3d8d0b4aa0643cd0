using System.Globalization;
using AttentionGen.Testing;
using Microsoft.CodeAnalysis;

namespace AttentionGen.Generator.Tests;

/// <summary>The plan's count of visible pairs is the count one gets by asking every pair.</summary>
public class PlanTextTests
{
    private delegate bool Sees(int i, int j);

    [Theory]
    [InlineData(37, 0, 0, 0, false)]
    [InlineData(37, 5, 3, 0, false)]
    [InlineData(37, 5, 3, 7, false)]
    [InlineData(37, 5, 3, 7, true)]
    [InlineData(37, 2, 9, 40, false)]
    [InlineData(37, 50, 60, 3, false)]
    [InlineData(37, 0, 0, 37, true)]
    [InlineData(1, 3, 3, 1, false)]
    public async Task Counts_what_a_window_leaves_visible(int length, int left, int right, int sinks, bool causal)
    {
        string flag = causal ? ", Causal = true" : "";
        await AssertCounts(
            $"\"local\", WindowLeft = {left}, WindowRight = {right}, Sinks = {sinks}, MaxLength = {length}{flag}",
            Count(length, length, (i, j) => ((i - left <= j && j <= i + right) || j < sinks) && (!causal || j <= i)),
            $"{length} positions");
    }

    /// <summary>Arguments, lengths, and which of those pairs are visible.</summary>
    public static TheoryData<string, int, int, int> Types => new()
    {
        { "\"standard\"", 37, 37, Count(37, 37, (_, _) => true) },
        { "\"standard\"", 37, 20, 740 },
        { "\"causal\"", 37, 37, 37 * 19 },
        { "\"causal\", CausalAlignment = CausalAlignment.BottomRight", 20, 37, Count(20, 37, (i, j) => j <= i + 17) },
        { "\"causal\", CausalAlignment = CausalAlignment.TopLeft", 20, 37, 20 * 21 / 2 },
        { "\"exclusive\"", 37, 37, 37 * 36 },
        { "\"exclusive\", Causal = true", 37, 37, 37 * 18 },
        { "\"strided\", Stride = 5, Local = 3", 37, 37, Count(37, 37, (i, j) => j % 5 == 0 || Math.Abs(i - j) <= 3) },
        { "\"strided\", Stride = 5, Local = 3, Causal = true", 37, 37, Count(37, 37, (i, j) => j <= i && (j % 5 == 0 || Math.Abs(i - j) <= 3)) },
        { "\"kvstrided\", Stride = 4", 37, 37, 37 * 10 },
        { "\"kvstrided\", Stride = 4, Causal = true", 37, 37, Count(37, 37, (i, j) => j <= i && j % 4 == 0) },
        { "\"block\", BlockSize = 8", 37, 37, Count(37, 37, (i, j) => i / 8 == j / 8) },
        { "\"block\", BlockSize = 8, Neighbours = 1, Causal = true", 37, 37, Count(37, 37, (i, j) => j <= i && Math.Abs((i / 8) - (j / 8)) <= 1) },
        { "\"localglobal\", Window = 7, GlobalTokens = 3", 37, 37, Count(37, 37, (i, j) => Math.Abs(i - j) <= 3 || i < 3 || j < 3) },
        { "\"localglobal\", Window = 7, GlobalTokens = 3, Fusion = FusionMode.Average", 37, 37, Count(37, 37, (i, j) => Math.Abs(i - j) <= 3) + Count(37, 37, (i, j) => i < 3 || j < 3) },
        { "\"landmark\", Landmarks = 9", 37, 37, 37 * 9 },
        { "\"relative\"", 37, 37, 37 * 37 },
        { "\"t5\", Causal = true", 37, 37, 37 * 19 },
        { "\"crossmemory\"", 37, 20, 740 },
    };

    [Theory]
    [MemberData(nameof(Types))]
    public Task Counts_what_each_type_leaves_visible(string arguments, int queries, int keys, int expected) =>
        AssertCounts($"{arguments}, MaxLength = {queries}, MaxKeyLength = {keys}", expected, queries == keys ? $"{queries} positions" : $"{queries} queries and {keys} keys");

    [Fact]
    public async Task Two_softmaxes_over_one_head_share_their_pairs()
    {
        // 2 * (250 + 2 * 250) FLOPs per pair: the values are summed twice.
        string plan = await PlanOf("\"differential\", MaxLength = 20");
        Assert.Contains("1500 FLOPs per visible query-key pair, 0.0006 GFLOP for 20 positions, 0.03 MFLOP per token", plan, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_mask_that_is_asked_for_each_pair_is_not_counted() =>
        Assert.Contains("pair; 2000 bytes of keys and values per token", await PlanOf("\"custom\", MaxLength = 20", "static bool Keep(int query, int key) => query % 3 != key % 5;"), StringComparison.Ordinal);

    [Fact]
    public async Task Every_plan_names_tiles_and_the_workspace_that_is_generated()
    {
        foreach (string type in AttentionTypes.All.Where(type => type != "custom"))
        {
            string shape = type == "mamba" ? "DModel = 16" : "Heads = 2, HeadDim = 8";
            string source = $"using AttentionGen;\n[Attention(\"{type}\", {shape})]\nstatic partial class Host;\n";
            string plan = (await Lab.AnalyzeAsync(Lab.Compile(source))).Single(diagnostic => diagnostic.Id == "ATTN048").GetMessage();
            string surface = Lab.Generate(Lab.Compile(source))["Host.g.cs"];
            string workspace = surface.Split("WorkspaceBytesPerThread = ")[1].Split(';')[0];

            string tiles = type == "mamba" ? "" : "tiles of 6 x 64 (512 bit), 6 x 16 (256 bit), 6 x 16 (128 bit), 6 x 2 (scalar)";
            Assert.EndsWith($"{tiles}; {workspace} bytes of workspace per thread", plan, StringComparison.Ordinal);
        }
    }

    // At 1000 FLOPs per pair the four digits shown tell these counts apart.
    private static async Task AssertCounts(string arguments, int pairs, string lengths) =>
        Assert.Contains($"pair, {(pairs * 1000 / 1e9).ToString("G4", CultureInfo.InvariantCulture)} GFLOP for {lengths}, ", await PlanOf(arguments), StringComparison.Ordinal);

    private static async Task<string> PlanOf(string arguments, string members = "")
    {
        string source = $"using AttentionGen;\n[Attention({arguments}, Heads = 1, HeadDim = 250)]\nstatic partial class Host {{ {members} }}\n";
        return (await Lab.AnalyzeAsync(Lab.Compile(source))).Single(diagnostic => diagnostic.Id == "ATTN048").GetMessage();
    }

    private static int Count(int queries, int keys, Sees sees) =>
        Enumerable.Range(0, queries).Sum(i => Enumerable.Range(0, keys).Count(j => sees(i, j)));
}
