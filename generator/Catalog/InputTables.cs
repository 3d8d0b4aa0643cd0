using System;
using System.Linq;
using AttentionGen.Generator.Spec;

namespace AttentionGen.Generator.Catalog;

/// <summary>What a declaration adds to its input, before the projections: sines and cosines, a table that a layer learns, or both.</summary>
public sealed class InputTables
{
    private InputTables(EncodingSpec? sinusoids, (PositionalEncoding, EncodingSpec)? learned, int positions) =>
        (Sinusoids, Learned, Positions) = (sinusoids, learned, positions);

    /// <summary>The encoding whose table is computed; null: there is none.</summary>
    public EncodingSpec? Sinusoids { get; }

    /// <summary>The encoding whose table the layer learns; null: there is none.</summary>
    public (PositionalEncoding Encoding, EncodingSpec Spec)? Learned { get; }

    /// <summary>Positions of the shortest table; 0: there is none.</summary>
    public int Positions { get; }

    /// <summary>The tables of a declaration. A kernel host learns nothing: there a learnable table stays what it starts from.</summary>
    public static InputTables Of(AttentionSpec spec)
    {
        EncodingSpec? sinusoids = null;
        (PositionalEncoding, EncodingSpec)? learned = null;
        int positions = 0;
        foreach ((PositionalEncoding encoding, EncodingSpec own) in UsedEncodings.Of(spec).Where(static used => used.Encoding.Positions(used.Spec) > 0))
        {
            bool isLearned = encoding.TableStart(own) is not null && !spec.Host.IsStatic;
            sinusoids ??= encoding is SinusoidalEncoding && !isLearned ? own : null;
            learned ??= isLearned ? (encoding, own) : null;
            if (isLearned || encoding is SinusoidalEncoding)
            {
                positions = positions == 0 ? encoding.Positions(own) : Math.Min(positions, encoding.Positions(own));
            }
        }

        return new InputTables(sinusoids, learned, positions);
    }
}
