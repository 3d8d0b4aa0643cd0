using System.Text.Json;

namespace AttentionGen;

/// <summary>One tensor as a safetensors header describes it.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">Its element type, such as <c>F32</c>.</param>
/// <param name="Shape">Its sizes.</param>
/// <param name="Begin">Its first byte after the header.</param>
/// <param name="End">One past its last byte.</param>
internal sealed record SafetensorsEntry(string Name, string Type, long[] Shape, long Begin, long End)
{
    /// <summary>Parses a header.</summary>
    /// <exception cref="InvalidDataException">It is not JSON, or not of the safetensors form.</exception>
    public static List<SafetensorsEntry> ParseHeader(ReadOnlySpan<byte> header)
    {
        List<SafetensorsEntry> entries = [];
        try
        {
            Utf8JsonReader json = new(header);
            Expect(ref json, JsonTokenType.StartObject, "the header");
            while (Next(ref json) == JsonTokenType.PropertyName)
            {
                string name = json.GetString()!;
                if (name == "__metadata__")
                {
                    json.Skip();
                    continue;
                }

                if (entries.Exists(entry => entry.Name == name))
                {
                    throw new InvalidDataException($"Tensor \"{name}\" stands in the header twice.");
                }

                entries.Add(ParseEntry(ref json, name));
            }

            if (json.Read())
            {
                throw new InvalidDataException("The header goes on after its JSON object.");
            }
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException or FormatException)
        {
            throw new InvalidDataException($"The safetensors header is not valid JSON: {exception.Message}", exception);
        }

        return entries;
    }

    private static SafetensorsEntry ParseEntry(ref Utf8JsonReader json, string name)
    {
        string? type = null;
        List<long>? shape = null;
        List<long>? offsets = null;
        Expect(ref json, JsonTokenType.StartObject, $"tensor \"{name}\"");
        while (Next(ref json) == JsonTokenType.PropertyName)
        {
            string field = json.GetString()!;
            switch (field)
            {
                case "dtype":
                    Expect(ref json, JsonTokenType.String, $"dtype of tensor \"{name}\"");
                    type = json.GetString();
                    break;
                case "shape":
                    shape = ParseNumbers(ref json, name, field);
                    break;
                case "data_offsets":
                    offsets = ParseNumbers(ref json, name, field);
                    break;
                default:
                    throw new InvalidDataException($"Tensor \"{name}\" has an unknown field \"{field}\"; expected dtype, shape and data_offsets.");
            }
        }

        if (type is null || shape is null || offsets is not { Count: 2 })
        {
            throw new InvalidDataException($"Tensor \"{name}\" lacks its dtype, its shape, or two data_offsets.");
        }

        return new SafetensorsEntry(name, type, [.. shape], offsets[0], offsets[1]);
    }

    private static List<long> ParseNumbers(ref Utf8JsonReader json, string name, string field)
    {
        List<long> numbers = [];
        Expect(ref json, JsonTokenType.StartArray, $"{field} of tensor \"{name}\"");
        while (Next(ref json) == JsonTokenType.Number)
        {
            if (!json.TryGetInt64(out long number) || number < 0)
            {
                throw new InvalidDataException($"The {field} of tensor \"{name}\" hold something else than whole numbers from 0 to 2^63 - 1.");
            }

            numbers.Add(number);
        }

        if (json.TokenType != JsonTokenType.EndArray)
        {
            throw new InvalidDataException($"The {field} of tensor \"{name}\" hold a {json.TokenType}; expected numbers.");
        }

        return numbers;
    }

    private static JsonTokenType Next(ref Utf8JsonReader json) => json.Read() ? json.TokenType : JsonTokenType.None;

    private static void Expect(ref Utf8JsonReader json, JsonTokenType expected, string what)
    {
        if (Next(ref json) != expected)
        {
            throw new InvalidDataException($"Expected {what} to be a {expected}, but found {json.TokenType}.");
        }
    }
}
