"""The open instructor pool: people, entry review, appointment, qualifications, availability, exit."""
