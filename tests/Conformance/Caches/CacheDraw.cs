using AttentionGen.Conformance.Cases;
using AttentionGen.Conformance.Declarations;
using AttentionGen.Conformance.Kernels;
using AttentionGen.Reference;

namespace AttentionGen.Conformance.Caches;

/// <summary>Draws whole sequences that are then fed to a cache in pieces.</summary>
public static class CacheDraw
{
    /// <summary>Tokens that a declared cache holds at most.</summary>
    public static int Longest(Declaration declaration) => (int?)declaration.Cache!.FirstOrDefault(argument => argument.Name == "Capacity")?.Number ?? int.MaxValue;

    /// <summary>Whether the rotation depends on the capacity.</summary>
    public static bool IsLongRope(Declaration declaration) => declaration.Encodings.Any(encoding => encoding.Arguments.Any(argument => argument.Name == "LongFactors"));

    // What the oracle is told: it chooses LongRoPE's factors by the longest position of a call, a cache by its capacity, so there both of its sets are that one.
    private static Declaration WithFactorsOfCapacity(Declaration declaration)
    {
        if (!IsLongRope(declaration))
        {
            return declaration;
        }

        EncodingDeclaration rope = declaration.Encodings.First(encoding => encoding.Arguments.Any(argument => argument.Name == "LongFactors"));
        double capacity = declaration.Cache!.FirstOrDefault(argument => argument.Name == "Capacity")?.Number ?? 0;
        bool isLong = capacity == 0 || capacity > rope.Arguments.First(argument => argument.Name == "OriginalMaxLength").Number;
        float[] factors = rope.Arguments.First(argument => argument.Name == (isLong ? "LongFactors" : "ShortFactors")).Array!;
        Argument[] arguments = [.. rope.Arguments.Select(argument => argument.Name is "LongFactors" or "ShortFactors" ? argument with { Array = factors } : argument)];
        return new Declaration(declaration.Type, declaration.Arguments, [.. declaration.Encodings.Select(encoding => encoding == rope ? rope with { Arguments = arguments } : encoding)], declaration.Shape) { Functions = declaration.Functions, Cache = declaration.Cache };
    }

    /// <summary>A case of equally many queries and keys: any arrangement, masks and learned tensors.</summary>
    public static ConformanceCase Next(Declaration declaration, Random random, int length)
    {
        int batch = length > 300 ? 1 : random.Next(1, 3);
        ConformanceCase plain = ConformanceCase.Plain(declaration, random, batch, length, length, random.Pick([1, 1, 0.01, 8]));
        AttentionSizes sizes = plain.Sizes;
        return new ConformanceCase
        {
            Declaration = WithFactorsOfCapacity(declaration),
            Sizes = sizes,
            Query = plain.Query,
            Key = plain.Key,
            Value = plain.Value,
            InputArrangement = random.Pick(Enum.GetValues<Arrangement>()),
            OutputArrangement = random.Pick(Enum.GetValues<Arrangement>()),
            WantsLogSumExp = plain.WantsLogSumExp && random.Chance(0.7),
            MaxThreads = random.Next(4),
            Inputs = plain.Inputs with
            {
                QueryGain = declaration.HasGains && random.Chance(0.6) ? random.Normal(declaration.QueryDim) : null,
                KeyGain = declaration.HasGains && random.Chance(0.6) ? random.Normal(declaration.QueryDim) : null,
                SinkLogits = declaration.HasSinkLogits && random.Chance(0.6) ? random.Normal(sizes.Heads, 3) : null,
                Keep = random.Chance(0.2) ? random.Broadcast(sizes, r => r.Booleans(sizes.KeyLength)) : null,
                Drop = random.Chance(0.1) ? random.Broadcast(sizes, r => r.Booleans(sizes.KeyLength)) : null,
                Bias = random.Chance(0.2) ? random.Broadcast(sizes, r => r.Normal(sizes.KeyLength, 2)) : null,
            },
        };
    }
}
