using AttentionGen.Conformance.Declarations;
using AttentionGen.Conformance.Kernels;
using AttentionGen.Reference;

namespace AttentionGen.Conformance.Cases;

/// <summary>Draws calls of a declaration: awkward lengths, and optional inputs by chance.</summary>
/// <param name="declaration">The declaration.</param>
/// <param name="random">Chance.</param>
/// <param name="longest">Queries at most, where their number is drawn.</param>
public sealed class CaseSampler(Declaration declaration, Random random, int longest = int.MaxValue)
{
    /// <summary>Around every power of two that a tile edge can fall on, and primes between.</summary>
    public static IReadOnlyList<int> ShortLengths { get; } = [1, 2, 5, 6, 7, 13, 16, 17, 31, 63, 64, 65, 127, 128, 129];

    /// <summary>Lengths that take several key blocks.</summary>
    public static IReadOnlyList<int> LongLengths { get; } = [257, 511, 512, 513, 600, 1031];

    /// <summary>A call of a given key length with everything else by chance.</summary>
    public ConformanceCase Draw(int keyLength)
    {
        int queryLength = keyLength;
        if (declaration.AllowsUnequalLengths && random.Chance(0.6))
        {
            queryLength = random.Pick([.. ShortLengths.Where(length => length <= longest)]);
        }

        int batch = keyLength * queryLength > 5000 ? 1 : random.Next(1, 4);
        double magnitude = random.Pick([1, 1, 1, 0.01, 8, 100]);
        ConformanceCase plain = ConformanceCase.Plain(declaration, random, batch, queryLength, keyLength, magnitude);
        CallInputs inputs = DrawInputs(plain.Sizes);
        return new ConformanceCase
        {
            Declaration = declaration,
            Sizes = plain.Sizes,
            Query = plain.Query,
            Key = HidePadding(plain.Key, plain.Sizes, plain.Sizes.HeadDim, inputs.KeyLengths),
            Value = HidePadding(plain.Value, plain.Sizes, plain.Sizes.ValueDim, inputs.KeyLengths),
            Inputs = inputs,
            InputArrangement = random.Pick(Enum.GetValues<Arrangement>()),
            OutputArrangement = random.Pick(Enum.GetValues<Arrangement>()),
            WantsLogSumExp = declaration.HasLogSumExp && random.Chance(0.6),
            MaxThreads = random.Next(4),
        };
    }

    private CallInputs DrawInputs(AttentionSizes sizes)
    {
        CallInputs inputs = DrawOptions(sizes);
        // Queries that stand before the first key have no default position among keys with positions of their own.
        bool negative = declaration.Alignment == CausalAlignment.BottomRight && sizes.QueryLength > sizes.KeyLength;
        return negative && inputs is { QueryPositions: null, KeyPositions: not null } ? inputs with { KeyPositions = null } : inputs;
    }

    private CallInputs DrawOptions(AttentionSizes sizes) => CallInputs.Required(declaration, sizes, random) with
    {
        KeyLengths = random.Chance(0.35) ? [.. Enumerable.Range(0, sizes.Batch).Select(_ => random.Pick([0, 1, sizes.KeyLength, random.Next(sizes.KeyLength + 1)]))] : null,
        QueryPositions = DrawPositions(sizes.Batch, sizes.QueryLength),
        KeyPositions = DrawPositions(sizes.Batch, sizes.KeyLength),
        Keep = declaration.HasScores && random.Chance(0.2) ? random.Broadcast(sizes, r => r.Booleans(sizes.KeyLength)) : null,
        Blocks = declaration.HasScores && random.Chance(0.2) ? DrawBlocks(sizes) : null,
        Drop = declaration.HasScores && random.Chance(0.2) ? random.Broadcast(sizes, r => r.Booleans(sizes.KeyLength)) : null,
        Bias = declaration.HasScores && random.Chance(0.2) ? random.Broadcast(sizes, DrawBiasRow(sizes.KeyLength)) : null,
        QueryGain = declaration.HasGains && random.Chance(0.6) ? random.Normal(declaration.QueryDim) : null,
        KeyGain = declaration.HasGains && random.Chance(0.6) ? random.Normal(declaration.QueryDim) : null,
        SinkLogits = declaration.HasSinkLogits && random.Chance(0.6) ? DrawSinks(sizes.Heads) : null,
        DropoutSeed = declaration.HasDropout && random.Chance(0.8) ? random.NextInt64(long.MinValue, long.MaxValue) : null,
    };

    // Far above and far below any score, and none at all, must be safe too.
    private float[] DrawSinks(int heads) => [.. random.Normal(heads, 3).Select(logit => random.Chance(0.1) ? random.Pick([1e4f, -1e4f, float.NegativeInfinity]) : logit)];

    private int[]? DrawPositions(int batch, int length)
    {
        if (!declaration.IsRotary || random.Chance(0.6))
        {
            return null;
        }

        int shift = random.Next(3000);
        return random.Chance(0.5)
            ? [.. Enumerable.Range(shift, length)]
            : random.Integers((declaration.PositionAxes > 1 && random.Chance(0.5) ? 1 : batch) * declaration.PositionAxes * length, 0, 5000);
    }

    // Documents, now and then with holes: whole blocks that are empty, whole ones that are full, and others.
    private Broadcast<bool> DrawBlocks(AttentionSizes sizes)
    {
        int batch = random.Chance(0.5) ? sizes.Batch : 1, heads = random.Chance(0.3) ? sizes.Heads : 1;
        bool[] values = new bool[batch * heads * sizes.QueryLength * sizes.KeyLength];
        int n = 0;
        for (int mask = 0; mask < batch * heads; mask++)
        {
            int length = random.Pick([3, 50, 130, 1000]), shift = random.Next(length);
            double hole = random.Pick([0.0, 0.0, 0.0, 0.01]);
            for (int query = 0; query < sizes.QueryLength; query++)
            {
                for (int key = 0; key < sizes.KeyLength; key++)
                {
                    values[n++] = (query + shift) / length == (key + shift) / length && !random.Chance(hole);
                }
            }
        }

        return new Broadcast<bool>(values, batch, heads, sizes.QueryLength, sizes.KeyLength);
    }

    // Negative infinity is a common way to hide keys by a bias.
    private static Func<Random, float[]> DrawBiasRow(int keyLength) => random =>
    {
        float[] row = random.Normal(keyLength, 2);
        if (random.Chance(0.2))
        {
            row[random.Next(keyLength)] = float.NegativeInfinity;
        }

        return row;
    };

    private static float[] HidePadding(float[] rows, AttentionSizes sizes, int dim, int[]? keyLengths)
    {
        for (int row = 0; row < sizes.Batch * sizes.KvHeads * sizes.KeyLength; row++)
        {
            int batch = row / sizes.KeyLength / sizes.KvHeads;
            if (keyLengths is not null && row % sizes.KeyLength >= keyLengths[batch])
            {
                rows.AsSpan(row * dim, dim).Fill(float.NaN);
            }
        }

        return rows;
    }
}
