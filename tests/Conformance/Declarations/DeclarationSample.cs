using AttentionGen.Reference;

namespace AttentionGen.Conformance.Declarations;

/// <summary>
/// A covering sample of (type variant x encoding variant x head shape): every type meets every head shape and every encoding,
/// and every variant of a type occurs. The same list on every run; the data and the lengths are what changes.
/// </summary>
public static class DeclarationSample
{
    public static IReadOnlyList<HeadShape> Shapes { get; } =
    [
        new(2, 2, 64, 64), new(8, 1, 64, 64), new(3, 1, 40, 40), new(8, 2, 16, 16), new(6, 2, 20, 12), new(2, 1, 72, 72),
        new(4, 4, 80, 80), new(2, 2, 96, 64), new(4, 1, 128, 128), new(16, 2, 8, 8), new(1, 1, 1, 1), new(5, 5, 10, 7),
        new(2, 2, 64, 128), new(12, 4, 24, 33), new(2, 1, 256, 64),
    ];

    public static IReadOnlyList<Declaration> All(IReadOnlyList<CatalogueEntry> types, IReadOnlyList<CatalogueEntry> encodings) => All(types, encodings, Shapes);

    public static IReadOnlyList<Declaration> All(IReadOnlyList<CatalogueEntry> types, IReadOnlyList<CatalogueEntry> encodings, IReadOnlyList<HeadShape> among)
    {
        List<Declaration> declarations = [];
        string[] encodingNames = [.. encodings.Select(entry => entry.Name)];
        Dictionary<string, int> variantTurns = [];
        foreach (CatalogueEntry type in types)
        {
            Dictionary<string, int> meetings = [];
            IReadOnlyList<Argument[]> typeVariants = TypeVariants.Of(type);
            HeadShape[] shapes = [.. among.Where(shape => type.Name != "differential" || shape.HeadDim % 2 == 0)];
            int rounds = Math.Max(Math.Max(shapes.Length, encodingNames.Length), typeVariants.Count);
            for (int round = 0; round < rounds; round++)
            {
                HeadShape shape = shapes[round % shapes.Length];
                // An encoding acts on the features that one softmax compares.
                HeadShape compared = type.Name == "differential" ? shape with { HeadDim = shape.HeadDim / 2 } : shape;
                FunctionDeclaration? functions = type.Name == "custom" ? FunctionVariants.Keeps[round % FunctionVariants.Keeps.Count] : null;
                declarations.Add(new Declaration(type.Name, typeVariants[round % typeVariants.Count], Encodings(compared, encodingNames, type.Name, meetings, variantTurns), shape) { Functions = functions });
            }
        }

        return declarations;
    }

    // The encoding that the type has met least often so far, of those that fit the shape, in its next variant: so every type meets every encoding,
    // and types meet different variants.
    private static EncodingDeclaration[] Encodings(HeadShape compared, string[] names, string type, Dictionary<string, int> meetings, Dictionary<string, int> variantTurns)
    {
        IGrouping<string, EncodingDeclaration[]> chosen = EncodingVariants.For(compared, names, hasScores: !FeatureAttention.Covers(type))
            .Where(variant => variant.All(encoding => encoding.Name != type))
            .GroupBy(variant => string.Join('+', variant.Select(encoding => encoding.Name)))
            .MinBy(group => meetings.GetValueOrDefault(group.Key))!;
        meetings[chosen.Key] = meetings.GetValueOrDefault(chosen.Key) + 1;
        int turn = variantTurns[chosen.Key] = variantTurns.GetValueOrDefault(chosen.Key) + 1;
        return chosen.ElementAt(turn % chosen.Count());
    }
}
