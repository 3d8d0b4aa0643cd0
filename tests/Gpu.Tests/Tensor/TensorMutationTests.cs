#if !ILGPU_PRESENT
using AttentionGen.Conformance.Cases;
using AttentionGen.Conformance.Declarations;
using AttentionGen.GpuExecutor;
using Xunit.Sdk;

namespace AttentionGen.Gpu.Tests;

/// <summary>Tensor-core kernels with a defect planted in them: every wait, barrier and bound is needed, and a fragment in another order is another result.</summary>
public class TensorMutationTests
{
    private static readonly FaultKind[] Unordered = [FaultKind.Race, FaultKind.Uninitialised], Outside = [FaultKind.OutOfBounds, FaultKind.Uninitialised];

    // Queries in registers with two stages, or in shared memory with one: the latter from head dim 112 on.
    private static readonly Declaration Held = TensorHosts.Declare("causal", "CausalAlignment = BottomRight", new HeadShape(1, 1, 32, 32)), InTurns = TensorHosts.Declare("causal", "CausalAlignment = BottomRight", new HeadShape(1, 1, 112, 112));

    private static readonly (string What, string Pattern, int Occurrence, string Instead, FaultKind[] Faults)[] InStages =
    [
        ("wait for the queries", @"CudaAsm\.Emit\(""cp\.async\.wait_group 1""\);", 0, "", Unordered),
        ("barrier behind the queries", @"Group\.Barrier\(\);", 0, "", Unordered),
        ("wait for a tile", @"CudaAsm\.Emit\(""cp\.async\.wait_group 0""\);", 0, "", Unordered),
        ("barrier behind a tile", @"Group\.Barrier\(\);", 1, "", Unordered),
        ("commit of the next tile", @"CudaAsm\.Emit\(""cp\.async\.commit_group""\);", 2, "", Unordered),
        ("second place of keys", @"KeysAt \+ \(\(1 - stage\)", 0, "KeysAt + (stage", Unordered),
        ("second place of values", @"ValuesAt \+ \(\(1 - stage\)", 0, "ValuesAt + (stage", Unordered),
        ("place of the queries", @"QueriesAt = \d+", 0, "QueriesAt = 0", Unordered),
        ("vote on maxima", @"vote\.sync\.any\.pred moved, moved, -1;", 0, "", [FaultKind.Divergence]),
        ("bound of the queries", @"work\.Rows - keyCopyRow", 0, "TileRows - keyCopyRow", Outside),
        ("bound of the keys", @"endKey - next - keyCopyRow", 0, "TileKeys - keyCopyRow", Outside),
        ("bound of the values", @"endKey - next - valueCopyRow", 0, "TileKeys - valueCopyRow", Outside),
        ("bound of the outputs", @"firstRow, work\.Rows - 0", 0, "firstRow, TileRows", Outside),
        ("bound of the log-sum-exps", @"lane % 4, work\.Rows - firstRow", 0, "lane % 4, TileRows", Outside),
    ];

    private static readonly (string What, string Pattern, int Occurrence, string Instead, FaultKind[] Faults)[] OfTurns =
    [
        ("wait for keys", @"CudaAsm\.Emit\(""cp\.async\.wait_group 0""\);", 0, "", Unordered),
        ("barrier behind values", @"Group\.Barrier\(\);", 0, "", Unordered),
        ("wait for values", @"CudaAsm\.Emit\(""cp\.async\.wait_group 0""\);", 1, "", Unordered),
        ("barrier behind keys", @"Group\.Barrier\(\);", 1, "", Unordered),
        ("commit of the values", @"CudaAsm\.Emit\(""cp\.async\.commit_group""\);", 1, "", Unordered),
        ("commit of the next keys", @"CudaAsm\.Emit\(""cp\.async\.commit_group""\);", 2, "", Unordered),
        ("place of the keys", @"(?<=\W)KeysAt = \d+", 0, "KeysAt = 0", Unordered),
        ("bound of the next keys", @"endKey - next - keyCopyRow", 0, "TileKeys - keyCopyRow", Outside),
        ("bound of a tile's values", @"endKey - tile - valueCopyRow", 0, "TileKeys - valueCopyRow", Outside),
    ];

    private static readonly (string What, string Pattern, int Occurrence, string Instead, FaultKind[] Faults)[] Defects = [.. InStages, .. OfTurns];

    // Nothing that the executor sees, but not what the oracle says.
    private static readonly (string What, string Pattern, int Occurrence, string Instead)[] Wrong =
    [
        ("order of a query fragment", @"\{query0, query1, query2, query3\}, \{key0, key1\}", 0, "{query0, query2, query1, query3}, {key0, key1}"),
        ("order of a value fragment", @"(?<=allFinite:[\s\S]*)\{value0, value1\}", 0, "{value1, value0}"),
        ("values as they lie", @"(?<=allFinite:[\s\S]*)x4\.trans\.shared", 0, "x4.shared"),
        ("place of a key piece", @"\(\(keyRow / 2\) & 3\)", 0, "((keyRow / 2) & 1)"),
        ("edge of what is visible", @"tile \+ TileKeys > fullTo", 0, "tile + TileKeys > fullTo + TileKeys"),
        ("last tile that a warp sees", @"tile < warpTo", 0, "tile + TileKeys < warpTo"),
        ("sum that follows the maximum", @"mul\.f32 rowSum0, rowSum0, factor0;", 0, ""),
        ("whether a maximum moved", @"@!moved bra\.uni", 0, "@moved bra.uni"),
    ];

    // The same bits: rows whose maximum stays have a factor of exactly 1.
    private static readonly (string Pattern, string Instead) Same = (@"@!moved bra\.uni maximaStand;", "");

    private static readonly Lazy<IReadOnlyList<TensorHosts.Host>> Hosts = new(static () => TensorHosts.Compile([.. Enumerable.Range(0, Defects.Length + Wrong.Length + 3).Select(Of)], Mutate));

    public static TheoryData<int, string> Planted => PlantedDefect.Number(Defects.Select(static defect => defect.What));

    public static TheoryData<int, string> Mistaken => PlantedDefect.Number(Wrong.Select(static defect => defect.What));

    [Theory]
    [MemberData(nameof(Planted))]
    public void A_kernel_without_it_is_stopped(int index, string what)
    {
        Assert.Equal(what, Defects[index].What);
        PlantedDefect.IsStopped(draw => Run(index, draw), Defects[index].Faults);
    }

    [Theory]
    [MemberData(nameof(Mistaken))]
    public void A_kernel_with_it_wrong_is_not_what_the_oracle_says(int index, string what)
    {
        Assert.Equal(what, Wrong[index].What);
        Assert.IsAssignableFrom<XunitException>(PlantedDefect.FirstFailure(draw => Run(Defects.Length + index, draw)));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void The_kernel_itself_is_sound(int which) => Assert.Null(PlantedDefect.FirstFailure(draw => Run(Defects.Length + Wrong.Length + which, draw)));

    [Fact]
    public void Leaving_out_factors_of_one_changes_no_bit()
    {
        int sound = Defects.Length + Wrong.Length;
        ConformanceCase test = TensorCase.Draw(Hosts.Value[sound], TestSeed.For("tensor factors"), 1, 140, 330);
        Assert.True(Bits.Same(new TensorCase(Hosts.Value[sound + 2], test).CallWide().Output.Get(), new TensorCase(Hosts.Value[sound], test).CallWide().Output.Get()), TestSeed.Repeat);
    }

    private static Declaration Of(int host) => (host >= InStages.Length && host < Defects.Length) || host == Defects.Length + Wrong.Length + 1 ? InTurns : Held;

    private static void Run(int index, int draw) =>
        new TensorCase(Hosts.Value[index], TensorCase.Draw(Hosts.Value[index], TestSeed.For($"tensor mutants, draw {draw}", index), 1, 20, Of(index) == Held ? 150 : 75)).CheckNarrow();

    private static string Mutate(int host, string kernel)
    {
        (string pattern, int occurrence, string instead) = host < Defects.Length ? (Defects[host].Pattern, Defects[host].Occurrence, Defects[host].Instead)
            : host < Defects.Length + Wrong.Length ? (Wrong[host - Defects.Length].Pattern, Wrong[host - Defects.Length].Occurrence, Wrong[host - Defects.Length].Instead)
            : host == Defects.Length + Wrong.Length + 2 ? (Same.Pattern, 0, Same.Instead)
            : ("$", 0, "");
        return PlantedDefect.Plant(kernel, pattern, occurrence, instead);
    }
}
#endif
