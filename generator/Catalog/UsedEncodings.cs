using System.Collections.Generic;
using System.Linq;
using AttentionGen.Generator.Spec;

namespace AttentionGen.Generator.Catalog;

/// <summary>The encodings of a declaration: the one that its type consists of, if it does, and those written on it.</summary>
public static class UsedEncodings
{
    /// <summary>Those the catalogue knows, each with the arguments that it has: one that it doesn't have is warned of (ATTN046), and must change nothing.</summary>
    public static IReadOnlyList<(PositionalEncoding Encoding, EncodingSpec Spec)> Of(AttentionSpec spec)
    {
        IEnumerable<EncodingSpec> own = Catalog.FindType(spec.Type)?.OwnEncoding(spec) is { } encoding ? [encoding] : [];
        return
        [
            .. own.Concat(spec.Encodings)
                .Select(static used => (Encoding: Catalog.FindEncoding(used.Type), Spec: used))
                .Where(static used => used.Encoding is not null)
                .Select(static used => (used.Encoding!, OwnArguments(used.Encoding!, used.Spec))),
        ];
    }

    private static EncodingSpec OwnArguments(PositionalEncoding encoding, EncodingSpec spec) =>
        spec with { Arguments = new EquatableArray<ArgumentSpec>(spec.Arguments.Where(argument => encoding.Parameters.Any(parameter => parameter.Name == argument.Name))) };
}
