using AttentionGen.Conformance.Declarations;
using AttentionGen.Reference;

namespace AttentionGen.Conformance.Cases;

/// <summary>Plants a value that is not finite in one row of one input; every row of the output that it does not reach must stay right.</summary>
public static class NonFinite
{
    public static IReadOnlyList<(string Name, Func<Declaration, Random, ConformanceCase> Make)> Plants { get; } =
    [
        ("NaN in a query row", (d, r) => Plant(d, r, c => c.Query, c => c.Sizes.HeadDim, float.NaN)),
        ("infinity in a query row", (d, r) => Plant(d, r, c => c.Query, c => c.Sizes.HeadDim, float.PositiveInfinity)),
        ("NaN in a key row", (d, r) => Plant(d, r, c => c.Key, c => c.Sizes.HeadDim, float.NaN)),
        ("infinity in a key row", (d, r) => Plant(d, r, c => c.Key, c => c.Sizes.HeadDim, float.NegativeInfinity)),
        ("NaN in a value row", (d, r) => Plant(d, r, c => c.Value, c => c.Sizes.ValueDim, float.NaN)),
        ("infinity in a value row", (d, r) => Plant(d, r, c => c.Value, c => c.Sizes.ValueDim, float.PositiveInfinity)),
    ];

    private static ConformanceCase Plant(Declaration declaration, Random random, Func<ConformanceCase, float[]> tensor, Func<ConformanceCase, int> dim, float value)
    {
        ConformanceCase plain = ConformanceCase.Plain(declaration, random, 2, 67, 67);
        float[] data = tensor(plain);
        data[(random.Next(data.Length / dim(plain)) * dim(plain)) + random.Next(dim(plain))] = value;
        // A mask per pair besides the declared one, so that every type has rows that must not see the planted one.
        return new ConformanceCase
        {
            Declaration = declaration,
            Sizes = plain.Sizes,
            Query = plain.Query,
            Key = plain.Key,
            Value = plain.Value,
            WantsLogSumExp = declaration.HasLogSumExp,
            Inputs = declaration.HasScores && random.Chance(0.5) ? plain.Inputs with { Drop = Sparse(random, plain.Sizes) } : plain.Inputs,
        };
    }

    private static Broadcast<bool> Sparse(Random random, AttentionSizes sizes)
    {
        var values = new bool[sizes.QueryLength * sizes.KeyLength];
        for (int n = 0; n < values.Length; n++)
        {
            values[n] = random.Chance(0.3);
        }

        return new Broadcast<bool>(values, 1, 1, sizes.QueryLength, sizes.KeyLength);
    }
}
