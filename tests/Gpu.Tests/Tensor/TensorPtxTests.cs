#if ILGPU_PRESENT
using System.Text.RegularExpressions;
using AttentionGen.Conformance.Declarations;
using AttentionGen.Generator.Catalog;

namespace AttentionGen.Gpu.Tests;

/// <summary>
/// What ILGPU makes of the kernels for tensor cores, without a device: every product, load, copy and barrier of a tile is there as often as the tile is chosen for, nothing
/// goes through local memory, and no more registers are live than a thread has.
/// </summary>
public class TensorPtxTests
{
    // Of a warp and a tile: products and loads for the scores, for the values; of a thread and a tile: copies of 16 bytes. Barriers of a tile.
    private static readonly (Declaration Declaration, int Scores, int ScoreLoads, int Values, int ValueLoads, int Copies, int Barriers)[] Cases =
    [
        (TensorHosts.Declare("standard", "", new(8, 8, 64, 64)), 2 * 8 * 4, 4 * 4, 2 * 8 * 4, 4 * 4, 8, 1),
        (TensorHosts.Declare("causal", "CausalAlignment = BottomRight", new(8, 2, 128, 128), GpuPrecision.Half, "rope"), 2 * 4 * 8, 8 * (2 + 2), 2 * 16 * 2, 8 * 2, 8, 2),
        (TensorHosts.Declare("local", "Window = 257, Sinks = 4, Softcap = 30, LearnedSinks = true", new(4, 4, 96, 64), GpuPrecision.BFloat16, "alibi"), 2 * 8 * 6, 6 * 4, 2 * 8 * 4, 4 * 4, 12, 1),
        (TensorHosts.Declare("local", "Window = 4096, Sinks = 4, Causal = true", new(8, 2, 128, 128)), 2 * 4 * 8, 8 * (2 + 2), 2 * 16 * 2, 8 * 2, 8, 2),
        (TensorHosts.Declare("causal", "", new(8, 8, 256, 256)), 2 * 16, 16 * 2, 32, 16, 8, 2),
    ];

    private static readonly Lazy<IReadOnlyList<TensorHosts.Host>> Hosts = new(static () => TensorHosts.Compile([.. Cases.Select(static test => test.Declaration)]));

    public static TheoryData<int> Numbers => [.. Enumerable.Range(0, Cases.Length)];

    [Theory]
    [MemberData(nameof(Numbers))]
    public void Keeps_everything_in_registers(int index)
    {
        string ptx = Compile(index);
        Assert.DoesNotContain(".local", ptx, StringComparison.Ordinal);
        Assert.DoesNotContain("call ", ptx, StringComparison.Ordinal);
        Assert.Contains(".extern .shared", ptx, StringComparison.Ordinal);
        Assert.Contains($".maxntid {TensorTile.Threads}", ptx, StringComparison.Ordinal);
        Assert.Equal(1, Regex.Count(ptx, "^allFinite:", RegexOptions.Multiline));
        Assert.Equal(1, Regex.Count(ptx, "^maximaStand:", RegexOptions.Multiline));
        Assert.DoesNotMatch(@";\s*;", ptx);
    }

    [Theory]
    [MemberData(nameof(Numbers))]
    public void A_tile_takes_what_it_was_chosen_for(int index)
    {
        (Declaration declaration, int scores, int scoreLoads, int values, int valueLoads, int copies, int barriers) = Cases[index];
        TensorTile tile = TensorTile.Choose(declaration.Shape.HeadDim, declaration.Shape.ValueDim);
        string ptx = Compile(index), ofScores = Scores(ptx), ofValues = Between(ptx, "^allFinite:", "^valuesDone:");
        Assert.Equal((scores, scoreLoads), (Products(ofScores), Loads(ofScores)));
        Assert.Equal((values, valueLoads), (Products(ofValues), Loads(ofValues)));
        Assert.Equal((tile.Products, tile.Loads, tile.Barriers), (scores + values, scoreLoads + valueLoads, barriers));
        Assert.Equal(valueLoads, Regex.Count(ofValues, @"ldmatrix\.sync\.aligned\.m8n8\.x4\.trans\.shared\.b16"));

        // On the way of values that are not finite as many products again, and as many that count them. Held queries are loaded once.
        Assert.Equal(scores + (3 * values), Products(ptx));
        Assert.Equal((tile.HoldsQueries ? declaration.Shape.HeadDim / 16 * tile.RowBlocks : 0) + scoreLoads + (3 * valueLoads), Loads(ptx));

        // Keys of the first tile and the next; with two stages the values of both, otherwise those of the tile. A row of 12 pieces takes two rounds.
        int queries = Rounds(tile.Rows, declaration.Shape.HeadDim), keys = Rounds(tile.Keys, declaration.Shape.HeadDim), ofTile = Rounds(tile.Keys, declaration.Shape.ValueDim);
        Assert.Equal(copies, keys + ofTile);
        Assert.Equal(queries + (2 * keys) + ((tile.HoldsQueries ? 2 : 1) * ofTile), Regex.Count(ptx, @"cp\.async\.cg\.shared\.global"));
        Assert.Equal(barriers + (tile.HoldsQueries ? 1 : 0), Regex.Count(ptx, @"\bbar\.sync"));
        Assert.Equal(1, Regex.Count(ptx, @"vote\.sync\.any\.pred"));
    }

    // A warp issues one instruction a clock beside three others, and a product takes its multiprocessor about a clock: past four for each, products would wait for them.
    [Theory]
    [MemberData(nameof(Numbers))]
    public void Four_instructions_for_each_product_are_enough(int index)
    {
        string ptx = Compile(index);
        string[] texts = [Scores(ptx), Between(ptx, @"max\.f32 high", "^@!moved"), Between(ptx, "^maximaStand:", @"^\t"), Between(ptx, "^allFinite:", "^valuesDone:")];
        int products = texts.Sum(Products), instructions = texts.Sum(static text => Regex.Count(text, @"^[a-z][\w.]* .*;$", RegexOptions.Multiline));
        Assert.InRange(instructions, 2 * products, 4 * products);
    }

    [Theory]
    [MemberData(nameof(Numbers))]
    public void No_more_registers_are_live_than_the_tile_was_chosen_for(int index)
    {
        Declaration declaration = Cases[index].Declaration;
        int live = PtxLiveness.Most(Compile(index));
        Assert.InRange(live, 100, TensorTile.Choose(declaration.Shape.HeadDim, declaration.Shape.ValueDim).Registers);
    }

    [Theory]
    [InlineData("PrepareQuery")]
    [InlineData("PrepareKey")]
    public void Rotation_is_a_kernel_of_its_own(string method) => Assert.DoesNotContain(".local", PtxTests.Compile(Hosts.Value[1].Tensor!.GetMethod(method)!), StringComparison.Ordinal);

    private static string Compile(int index) => PtxTests.Compile(Hosts.Value[index].Tensor!.GetMethod("Run")!);

    private static string Scores(string ptx) => Between(ptx, @"^mov\.f32 score\d+, 0f00000000;\n(?=ldmatrix)", @"^\t");

    private static int Products(string ptx) => Regex.Count(ptx, @"mma\.sync\.aligned\.m16n8k16");

    private static int Loads(string ptx) => Regex.Count(ptx, @"ldmatrix\.sync\.aligned\.m8n8\.x4");

    // Of 16 bytes for each thread; the threads of a row take 8 pieces at a time.
    private static int Rounds(int rows, int dim) => rows * 8 / TensorTile.Threads * ((dim + 63) / 64);

    private static string Between(string ptx, string from, string to)
    {
        int start = Regex.Match(ptx, from, RegexOptions.Multiline).Index;
        return ptx[start..(start + Regex.Match(ptx[start..], to, RegexOptions.Multiline).Index)];
    }
}
#endif
