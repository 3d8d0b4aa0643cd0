using System.Globalization;
using System.Text;
using System.Xml;
using AttentionGen;

namespace QuickStart;

/// <summary>The attention weights of one head among neighbouring positions of the text.</summary>
/// <param name="Title">What was computed.</param>
/// <param name="Start">The first position.</param>
/// <param name="Labels">One character per position.</param>
/// <param name="Weights"><c>[positions, positions]</c>: weight of key column in query row; NaN where hidden.</param>
public sealed record AttentionSlice(string Title, int Start, string[] Labels, float[,] Weights)
{
    private const int Characters = 48;
    private const int Head = 0;

    /// <summary>
    /// Runs the declared kernel over the whole text with values that are unit vectors for the slice's keys and zero for all others:
    /// an output row then holds the weights that its query gave to those keys.
    /// </summary>
    public static AttentionSlice Compute(TextModel model, int threads)
    {
        const int dim = TextModel.HeadDim;
        int count = Math.Min(Characters, model.Length), start = MostReadable(model.Text, count);
        var value = new float[TextModel.Heads * model.Length * dim];
        for (int key = 0; key < count; key++)
        {
            value[((((Head * model.Length) + start) + key) * dim) + key] = 1;
        }

        var output = new float[value.Length];
        LocalRope.Forward(model.Query(), model.Key(TextModel.Heads), value, output, 1, model.Length, model.Length, new AttentionArguments { MaxThreads = threads });
        var weights = new float[count, count];
        for (int query = 0; query < count; query++)
        {
            for (int key = 0; key < count; key++)
            {
                weights[query, key] = key > query ? float.NaN : output[((((Head * model.Length) + start) + query) * dim) + key];
            }
        }

        string title = string.Create(CultureInfo.InvariantCulture, $"Attention weights of head {Head}: local, Window = 128, causal, rope");
        return new(title, start, LabelsOf(model.Text)[start..(start + count)], weights);
    }

    // The first stretch with the most letters and single spaces: prose rather than markup or indentation.
    private static int MostReadable(ReadOnlySpan<byte> text, int count)
    {
        int best = 0, bestLetters = -1;
        for (int start = 0; start + count <= text.Length; start++)
        {
            int letters = 0;
            bool afterLetter = false;
            foreach (byte character in text.Slice(start, count))
            {
                bool letter = char.IsAsciiLetter((char)character);
                letters += letter || (afterLetter && character == ' ') ? 1 : 0;
                afterLetter = letter;
            }

            if (letters > bestLetters)
            {
                (best, bestLetters) = (start, letters);
            }
        }

        return best;
    }

    // A character of several bytes labels the first of them; white space and controls get a visible stand-in.
    private static string[] LabelsOf(ReadOnlySpan<byte> text)
    {
        var labels = new string[text.Length];
        Array.Fill(labels, "·");
        for (int position = 0; position < text.Length;)
        {
            Rune.DecodeFromUtf8(text[position..], out Rune rune, out int bytes);
            labels[position] = rune.Value switch
            {
                ' ' => "␣",
                '\n' => "↵",
                '\t' => "⇥",
                < ' ' => ((char)(0x2400 + rune.Value)).ToString(),
                0x7F => "␡",
                _ when rune.IsBmp && !XmlConvert.IsXmlChar((char)rune.Value) => "\uFFFD",
                _ => rune.ToString(),
            };
            position += bytes;
        }

        return labels;
    }
}
